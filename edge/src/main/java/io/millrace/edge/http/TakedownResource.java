package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.past.PointInTime;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.Takedown;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code DELETE /api/v1/streams/live/show/past} on the admin port: withdraws past media, as {@code millrace takedown}
 * does. Thread-safe: one request at a time writes. Blocks for as long as Kafka takes.
 */
public final class TakedownResource implements AdminResource {
    private static final Logger LOG = LoggerFactory.getLogger(TakedownResource.class);

    private final StreamDirectory directory;
    private final KafkaClients kafka;
    private final String node;
    private final InstantSource clock;

    /** @param node this process's id, part of Kafka client ids */
    public TakedownResource(StreamDirectory directory, KafkaClients kafka, String node, InstantSource clock) {
        this.directory = directory;
        this.kafka = kafka;
        this.node = node;
        this.clock = clock;
    }

    /**
     * The response.
     *
     * @param withdrawn one entry per epoch
     */
    record Report(List<Line> withdrawn) {}

    /** The withdrawn segments of an epoch, the last one included, and their time. */
    record Line(long epoch, long firstSegment, long lastSegment, String from, String to) {
        static Line of(Withdrawal each) {
            return new Line(each.epoch(), each.extent().firstSegment(), each.extent().lastSegment(),
                    Json.time(each.extent().fromMs()), Json.time(each.extent().toMs()));
        }
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.delete("/api/v1/streams/{stream}/past", this::delete));
    }

    private synchronized Answer delete(Request request) {
        String stream = request.named();
        if (directory.newest(stream).isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream");
        }
        try (var reader = RangeReader.ofIndex(kafka, node + "-edge-takedown")) {
            List<Withdrawal> withdrawn = new Takedown(kafka, reader, directory).withdraw(stream,
                    span(request.query()), reason(request.query()));
            if (withdrawn.isEmpty()) {
                return Answer.error(404, "nothing_to_show", stream + " has no retained media in that range");
            }
            withdrawn.forEach(each -> LOG.info("{}: segments {} to {} of epoch {} were withdrawn over the admin port",
                    stream, each.extent().firstSegment(), each.extent().lastSegment(), each.epoch()));
            return new Answer(200, new String(Json.write(new Report(withdrawn.stream().map(Line::of).toList())),
                    StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }

    private Takedown.Span span(Map<String, String> query) {
        OptionalLong epoch;
        try {
            epoch = query.containsKey("epoch")
                    ? OptionalLong.of(Long.parseLong(query.get("epoch")))
                    : OptionalLong.empty();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("epoch must be a number", e);
        }
        long fromMs = time(query, "from", 0);
        long toMs = time(query, "to", Long.MAX_VALUE);
        if (fromMs >= toMs) {
            throw new IllegalArgumentException("from must be before to");
        }
        return new Takedown.Span(epoch, fromMs, toMs);
    }

    private long time(Map<String, String> query, String name, long otherwise) {
        String text = query.get(name);
        return text == null
                ? otherwise
                : PointInTime.parseParameter(text, clock.millis()).map(PointInTime::timeMs).orElseThrow(
                        () -> new IllegalArgumentException(name + " must be " + PointInTime.SYNTAX));
    }

    private static String reason(Map<String, String> query) {
        String reason = query.getOrDefault("reason", "");
        if (reason.length() > Withdrawal.REASON_LIMIT) {
            throw new IllegalArgumentException("reason has more than " + Withdrawal.REASON_LIMIT + " characters");
        }
        return reason;
    }
}
