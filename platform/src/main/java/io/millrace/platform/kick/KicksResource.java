package io.millrace.platform.kick;

import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.log.Kick;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/v1/kicks} on the admin port: lists the kicks that are in force, and ends them. Every node gives the same
 * answers. Thread-safe.
 */
final class KicksResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);
    private static final int PAGE = 100;
    private static final int PAGE_LIMIT = 1_000;

    private final KickTable kicks;
    private final Consumer<Kick.Key> end;

    /** @param end see {@link Kicks#end} */
    KicksResource(KickTable kicks, Consumer<Kick.Key> end) {
        this.kicks = kicks;
        this.end = end;
    }

    /** @param next the value of {@code after} for the next page; null on the last one */
    private record Listing(List<Line> kicks, String next) {}

    /** @param session null for a publisher */
    private record Line(String stream, String target, String session, String at, String until, String reason) {
        static Line of(Kick kick) {
            boolean isViewer = kick.key().target() == Kick.Target.VIEWER;
            return new Line(kick.key().stream(), kick.key().target().name().toLowerCase(Locale.ROOT),
                    isViewer ? kick.key().detail() : null,
                    time(kick.atMs()), time(kick.untilMs()), kick.reason());
        }
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/kicks", request -> list(request.query())),
                AdminRoute.delete("/api/v1/kicks", request -> end(request.query())));
    }

    private Answer list(Map<String, String> query) {
        String text = query.getOrDefault("limit", String.valueOf(PAGE));
        if (!text.matches("[1-9][0-9]{0,3}") || Integer.parseInt(text) > PAGE_LIMIT) {
            return Answer.error(400, "bad_parameter", "limit must be 1 to " + PAGE_LIMIT);
        }
        int limit = Integer.parseInt(text);
        String stream = query.get("stream");
        String after = query.getOrDefault("after", "");
        Predicate<Kick> wanted = kick -> stream == null || kick.key().stream().equals(stream);
        List<Kick> found = kicks.list(wanted.and(kick -> kick.key().toString().compareTo(after) > 0));
        List<Kick> page = found.subList(0, Math.min(limit, found.size()));
        return new Answer(200, JSON.writeValueAsString(new Listing(page.stream().map(Line::of).toList(),
                found.size() > limit ? page.getLast().key().toString() : null)));
    }

    private Answer end(Map<String, String> query) {
        String stream = query.get("stream");
        if (stream == null) {
            return Answer.error(400, "bad_parameter",
                    "stream is required; with session, it selects the kick of a viewer, otherwise of the publisher");
        }
        String session = query.get("session");
        var key = session == null
                ? new Kick.Key(stream, Kick.Target.PUBLISHER, "")
                : new Kick.Key(stream, Kick.Target.VIEWER, session);
        if (!kicks.has(key)) {
            return Answer.error(404, "kick_not_found", "there is no such kick in force");
        }
        try {
            end.accept(key);
            return new Answer(204, null);
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }

    /** Returns a time in ms since 1970 as text. */
    static String time(long epochMs) {
        return TIME.format(Instant.ofEpochMilli(epochMs));
    }
}
