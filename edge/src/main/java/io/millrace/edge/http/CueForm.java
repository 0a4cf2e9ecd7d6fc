package io.millrace.edge.http;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.past.PointInTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The parameters of a request that adds a cue, see docs/reference.md. Pure. */
final class CueForm {
    /** How far {@code at} may be ahead. */
    static final long AHEAD_LIMIT_MS = 24 * 60 * 60_000L;
    /** How long {@code at} may be over: clocks differ, and the request takes time. */
    static final long BEHIND_LIMIT_MS = 60_000;
    private static final Set<String> FIELDS = Set.of("id", "end", "at", "duration", "planned-duration");
    private static final String OPEN = "open";
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}(\\.[0-9]{1,3})?");
    private static final int MILLIS = 1_000;

    private CueForm() {}

    /** @throws IllegalArgumentException with a message for the client if a parameter is missing or invalid */
    static CueRequest parse(Map<String, String> query, long nowMs) {
        boolean ends = ends(query);
        long durationMs = duration(query);
        long plannedMs = query.containsKey("planned-duration")
                ? seconds("planned-duration", query.get("planned-duration"))
                : Cue.UNKNOWN;
        if (ends && (query.containsKey("duration") || query.containsKey("planned-duration"))) {
            throw new IllegalArgumentException("an end has no duration");
        }
        return new CueRequest(query.getOrDefault("id", ""), ends, at(query, nowMs), durationMs, plannedMs,
                attributes(query), nowMs);
    }

    private static boolean ends(Map<String, String> query) {
        String end = query.getOrDefault("end", "false");
        if (!end.equals("true") && !end.equals("false")) {
            throw new IllegalArgumentException("end must be true or false");
        }
        return end.equals("true");
    }

    private static long duration(Map<String, String> query) {
        String text = query.getOrDefault("duration", "0");
        return text.equals(OPEN) ? Cue.UNKNOWN : seconds("duration", text);
    }

    private static long seconds(String field, String text) {
        if (!SECONDS.matcher(text).matches()) {
            throw new IllegalArgumentException(field + " must be seconds, such as 30 or 29.97"
                    + (field.equals("duration") ? ", or open" : ""));
        }
        int point = text.indexOf('.');
        String fraction = point < 0 ? "" : text.substring(point + 1);
        long whole = Long.parseLong(point < 0 ? text : text.substring(0, point));
        return whole * MILLIS + Long.parseLong((fraction + "000").substring(0, 3));
    }

    private static long at(Map<String, String> query, long nowMs) {
        String text = query.getOrDefault("at", "now");
        if (text.equals("now")) {
            return Cue.UNKNOWN;
        }
        long atMs = PointInTime.parseParameter(text, nowMs).filter(time -> !time.relative()).map(PointInTime::timeMs)
                .orElseThrow(() -> new IllegalArgumentException(
                        "at must be now or a time with a zone (2026-01-01T12:00:00Z)"));
        if (atMs < nowMs - BEHIND_LIMIT_MS || atMs > nowMs + AHEAD_LIMIT_MS) {
            throw new IllegalArgumentException("at must not be over, and at most 24 hours ahead");
        }
        return atMs;
    }

    private static List<Cue.Attribute> attributes(Map<String, String> query) {
        List<Cue.Attribute> attributes = new ArrayList<>();
        // The order of a query is lost; playlists list the attributes by name.
        new TreeMap<>(query).forEach((name, value) -> {
            if (!FIELDS.contains(name)) {
                attributes.add(new Cue.Attribute(name, value));
            }
        });
        return attributes;
    }
}
