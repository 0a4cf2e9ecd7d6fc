package io.millrace.outbound.webhook;

import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/webhooks} and {@code GET /api/v1/webhooks/NAME/dead-letters} on the admin port: the webhooks of this
 * process, without the secret part of their URLs. Thread-safe.
 */
final class WebhooksResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    private record Listing(List<Line> webhooks) {}

    /**
     * One webhook.
     *
     * @param partitions number of partitions of this process
     * @param heldSince since when the target accepts no events of at least one partition; null if it accepts all
     */
    private record Line(String name, String target, int partitions, long lag, Totals events, Last last,
            String heldSince) {}

    private record Totals(long delivered, long failedRequests, long deadLetters) {}

    /** The last request. */
    private record Last(String at, String result) {}

    private record Letters(List<Letter> deadLetters) {}

    private record Letter(String at, String reason, int status, int attempts, JsonNode event) {}

    private final List<WebhookLoop> loops;
    private final Function<String, List<DeadLetter>> letters;

    /** @param letters reads the newest dead letters of a webhook; may throw {@link KafkaException} */
    WebhooksResource(List<WebhookLoop> loops, Function<String, List<DeadLetter>> letters) {
        this.loops = List.copyOf(loops);
        this.letters = letters;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/api/v1/webhooks",
                        _ -> new Answer(200,
                                JSON.writeValueAsString(new Listing(loops.stream().map(this::line).toList())))),
                AdminRoute.get("/api/v1/webhooks/{webhook}/dead-letters", this::letters));
    }

    private Answer letters(Request request) {
        return loops.stream().map(loop -> loop.target().name()).filter(request.named()::equals).findFirst()
                .map(this::letters).orElseGet(() -> Answer.error(404, "webhook_not_found",
                        "this process has no webhook of that name; see /api/v1/webhooks"));
    }

    private Line line(WebhookLoop loop) {
        List<Lane.Status> lanes = loop.statuses();
        Optional<Last> last = lanes.stream().filter(lane -> lane.lastResult() != null)
                .max(Comparator.comparingLong(Lane.Status::lastAtMs))
                .map(lane -> new Last(time(lane.lastAtMs()), lane.lastResult()));
        String heldSince = lanes.stream().mapToLong(Lane.Status::failingSinceMs).filter(since -> since > 0).min()
                .stream().mapToObj(WebhooksResource::time).findFirst().orElse(null);
        WebhookMeters.OfTarget meters = loop.meters();
        return new Line(loop.target().name(), loop.target().url().toString(), lanes.size(), loop.lag(),
                new Totals((long) meters.delivered().count(), (long) meters.failed().count(),
                        (long) meters.deadLetters().count()),
                last.orElse(null), heldSince);
    }

    private Answer letters(String webhook) {
        try {
            return new Answer(200, JSON.writeValueAsString(
                    new Letters(letters.apply(webhook).stream().map(WebhooksResource::letter).toList())));
        } catch (KafkaException e) {
            return Answer.error(503, "log_unavailable", "the dead letters cannot be read: " + e.getMessage());
        }
    }

    private static Letter letter(DeadLetter it) {
        JsonNode event = LogCodec.decode(it.event()) instanceof StreamEvent of
                ? new Delivery(of, it.place().partition(), it.place().offset(), 0).json()
                : null;
        return new Letter(time(it.atMs()), it.reason(), it.status(), it.attempts(), event);
    }

    private static String time(long ms) {
        return TIME.format(Instant.ofEpochMilli(ms));
    }
}
