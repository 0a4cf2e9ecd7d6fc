package io.millrace.outbound.webhook;

import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.Redelivery;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/v1/webhooks} on the admin port: the webhooks of this process, without the secret part of their URLs, their
 * dead letters, and requests to send these again. Thread-safe.
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

    /** @param redelivery null if nobody has requested to send the event again since */
    private record Letter(String at, String reason, int status, int attempts, JsonNode event, Again redelivery) {}

    /** What became of the request to send an event again. */
    private record Again(String at, String state) {}

    private record Requested(int requested) {}

    private final List<WebhookLoop> loops;
    private final Redeliveries redeliveries;

    WebhooksResource(List<WebhookLoop> loops, Redeliveries redeliveries) {
        this.loops = List.copyOf(loops);
        this.redeliveries = redeliveries;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get("/api/v1/webhooks",
                        _ -> new Answer(200,
                                JSON.writeValueAsString(new Listing(loops.stream().map(this::line).toList())))),
                AdminRoute.get("/api/v1/webhooks/{webhook}/dead-letters", request -> ofWebhook(request, this::letters)),
                AdminRoute.post("/api/v1/webhooks/{webhook}/dead-letters/redeliver",
                        request -> ofWebhook(request, webhook -> redeliver(webhook, request.query()))));
    }

    private Answer ofWebhook(Request request, Function<String, Answer> answer) {
        return loops.stream().map(loop -> loop.target().name()).filter(request.named()::equals).findFirst()
                .map(answer).orElseGet(() -> Answer.error(404, "webhook_not_found",
                        "this process has no webhook of that name; see /api/v1/webhooks"));
    }

    private Answer redeliver(String webhook, Map<String, String> query) {
        String event = query.get("event");
        boolean isAll = "true".equals(query.get("all"));
        if (isAll == (event != null)) {
            return Answer.error(400, "bad_parameter", "say either event=ID, an id of the list, or all=true");
        }
        try {
            int requested = isAll ? redeliveries.all(webhook) : redeliveries.one(webhook, event);
            return requested == 0 && !isAll
                    ? Answer.error(404, "letter_not_found", "the webhook has no dead letter of that event")
                    : new Answer(202, JSON.writeValueAsString(new Requested(requested)));
        } catch (DeadLetterReader.TooManyLettersException e) {
            return Answer.error(409, "too_many_letters", e.getMessage());
        } catch (KafkaException e) {
            return Answer.error(503, "log_unavailable",
                    "not all requests are in the log: " + e.getMessage() + "; repeat the request");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Answer.error(503, "interrupted", "the process ends; repeat the request");
        }
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
                    new Letters(redeliveries.newest(webhook).stream().map(WebhooksResource::letter).toList())));
        } catch (KafkaException e) {
            return Answer.error(503, "log_unavailable", "the dead letters cannot be read: " + e.getMessage());
        }
    }

    private static Letter letter(LetterFold.Folded folded) {
        DeadLetter it = folded.letter();
        Redelivery again = folded.redelivery();
        return new Letter(time(it.atMs()), it.reason(), it.status(), it.attempts(),
                folded.delivery().map(Delivery::json).orElse(null),
                again == null ? null : new Again(time(again.atMs()), again.state().name().toLowerCase(Locale.ROOT)));
    }

    private static String time(long ms) {
        return TIME.format(Instant.ofEpochMilli(ms));
    }
}
