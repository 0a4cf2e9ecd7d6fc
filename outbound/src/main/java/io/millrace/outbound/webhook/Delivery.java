package io.millrace.outbound.webhook;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event, its place in {@code events}, and its JSON, which is the body of the request. Immutable.
 *
 * @param appendedAtMs when the leader of the partition appended the event, or the request to send it again, ms since 1970
 */
record Delivery(StreamEvent event, int partition, long offset, long appendedAtMs) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    /** Returns what a record of {@code dead-letters} has to deliver; empty if that is not an event. */
    static Optional<Delivery> of(ByteBuffer event, DeadLetter.Place place, long appendedAtMs) {
        return LogCodec.decode(event) instanceof StreamEvent decoded
                ? Optional.of(new Delivery(decoded, place.partition(), place.offset(), appendedAtMs))
                : Optional.empty();
    }

    /** Returns the place of the event in {@code events}. */
    DeadLetter.Place place() {
        return new DeadLetter.Place(partition, offset);
    }

    /** Returns the JSON, see docs/events.md. The same in every attempt. */
    String body() {
        return json().toString();
    }

    /** Returns the JSON of the event. */
    JsonNode json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", event.id()).put("partition", partition).put("offset", offset)
                .put("type", event.type().label()).put("stream", event.stream())
                .put("at", TIME.format(Instant.ofEpochMilli(event.atMs()))).put("epoch", event.epoch());
        if (event.session() >= 0) {
            json.put("session", event.session());
        }
        if (!event.code().isEmpty()) {
            json.put("code", event.code());
        }
        if (!event.text().isEmpty()) {
            json.put("text", event.text());
        }
        if (event.cue() != null) {
            json.set("cue", json(event.cue()));
        }
        return json;
    }

    private static ObjectNode json(Cue cue) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", cue.id()).put("start", TIME.format(Instant.ofEpochMilli(cue.startMs())));
        if (cue.endMs() != Cue.UNKNOWN) {
            json.put("end", TIME.format(Instant.ofEpochMilli(cue.endMs())));
        }
        if (cue.plannedMs() != Cue.UNKNOWN) {
            json.put("plannedDuration", cue.plannedMs());
        }
        ObjectNode attributes = json.putObject("attributes");
        cue.attributes().forEach(each -> attributes.put(each.name(), each.value()));
        return json;
    }
}
