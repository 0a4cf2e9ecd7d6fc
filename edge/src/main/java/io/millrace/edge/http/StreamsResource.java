package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/**
 * {@code /api/v1/streams} on the admin port: the same as on the HTTP port, plus the encoder's address and ingest node,
 * which only the operator may see; it also withdraws past media. Thread-safe.
 */
public final class StreamsResource implements AdminResource {
    private final StreamDirectory directory;
    private final Viewers viewers;
    private final AudienceResource audience;
    private final TakedownResource takedown;

    /**
     * @param kafka the log in which takedowns are recorded
     * @param node this process's id, part of Kafka client ids
     */
    public StreamsResource(StreamDirectory directory, Viewers viewers, AudienceResource audience, KafkaClients kafka,
            String node) {
        this.directory = directory;
        takedown = new TakedownResource(directory, kafka, node, InstantSource.system());
        this.viewers = viewers;
        this.audience = audience;
    }

    @Override
    public String path() {
        return Route.API;
    }

    @Override
    public String methods() {
        return "GET, HEAD, DELETE";
    }

    @Override
    public Answer answer(Request request) {
        if (request.method().equals("DELETE")) {
            return takedown.delete(request);
        }
        if (AudienceResource.isAt(request.below()) && directory.newest(request.below()).isEmpty()) {
            return audience.answer(request.below());
        }
        if (!request.below().isEmpty()) {
            return directory.newest(request.below()).map(entry -> json(json(entry)))
                    .orElseGet(() -> Answer.error(404, "stream_not_found", "there is no such stream"));
        }
        try {
            return json(StreamList.parse(request.query()::get).page(directory, this::json));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
    }

    private ApiJson.Stream json(StreamEntry entry) {
        return ApiJson.streamWithSource(entry, StreamList.counts(viewers, entry.stream()));
    }

    private static Answer json(Object value) {
        return new Answer(200, new String(Json.write(value), StandardCharsets.UTF_8));
    }
}
