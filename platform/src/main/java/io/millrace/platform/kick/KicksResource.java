package io.millrace.platform.kick;

import io.millrace.platform.UserError;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.log.Kick;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/v1/kicks} on the admin port: lists the kicks that are in force, ends them, and kicks the subject of JSON Web
 * Tokens. Every node gives the same answers. Thread-safe.
 */
final class KicksResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);
    private static final int PAGE = 100;
    private static final int PAGE_LIMIT = 1_000;

    private final KickTable kicks;
    private final Consumer<Kick> write;
    private final Consumer<Kick.Key> end;
    private final InstantSource clock;

    /**
     * @param write see {@link Kicks#write(Kick)}
     * @param end see {@link Kicks#end}
     */
    KicksResource(KickTable kicks, Consumer<Kick> write, Consumer<Kick.Key> end, InstantSource clock) {
        this.kicks = kicks;
        this.write = write;
        this.end = end;
        this.clock = clock;
    }

    /** @param next the value of {@code after} for the next page; null on the last one */
    private record Listing(List<Line> kicks, String next) {}

    /**
     * @param stream null for a subject
     * @param session of a viewer, null for others
     * @param subject the hash of a subject, null for others
     */
    private record Line(String stream, String target, String session, String subject, String at, String until,
            String reason) {
        static Line of(Kick kick) {
            Kick.Target target = kick.key().target();
            return new Line(target == Kick.Target.SUBJECT ? null : kick.key().stream(),
                    target.name().toLowerCase(Locale.ROOT),
                    target == Kick.Target.VIEWER ? kick.key().detail() : null,
                    target == Kick.Target.SUBJECT ? kick.key().detail() : null,
                    time(kick.atMs()), time(kick.untilMs()), kick.reason());
        }
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/kicks", request -> list(request.query())),
                AdminRoute.post("/api/v1/kicks", request -> kick(request.query())),
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

    private Answer kick(Map<String, String> query) {
        String subject = query.getOrDefault("subject", "");
        if (subject.isEmpty()) {
            return Answer.error(400, "bad_parameter", "subject is required: the claim sub of the tokens");
        }
        try {
            write.accept(KickOrder.parse(query).subject(subject, clock.millis()));
            return new Answer(204, null);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }

    private static Kick.Key key(Map<String, String> query) {
        String stream = query.get("stream");
        String session = query.get("session");
        String subject = query.get("subject");
        if (stream == null) {
            return subject == null ? null : Kick.ofSubject(ViewerSession.ofSubject(subject));
        }
        return session == null
                ? new Kick.Key(stream, Kick.Target.PUBLISHER, "")
                : new Kick.Key(stream, Kick.Target.VIEWER, session);
    }

    private Answer end(Map<String, String> query) {
        Kick.Key key = key(query);
        if (key == null) {
            return Answer.error(400, "bad_parameter", "stream or subject is required; stream with session selects the"
                    + " kick of a viewer, otherwise of the publisher");
        }
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
