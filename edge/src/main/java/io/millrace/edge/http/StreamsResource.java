package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code /api/v1/streams} on the admin port, with {@code NAME} and {@code NAME/sessions} below it: the same as on the
 * HTTP port, plus the encoder's address and ingest node, which only the operator may see. Thread-safe.
 */
public final class StreamsResource implements AdminResource {
    private final StreamDirectory directory;
    private final PastSource past;
    private final Viewers viewers;

    public StreamsResource(StreamDirectory directory, PastSource past, Viewers viewers) {
        this.directory = directory;
        this.past = past;
        this.viewers = viewers;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/streams", this::list),
                AdminRoute.get("/api/v1/streams/{stream}", this::one),
                AdminRoute.get("/api/v1/streams/{stream}/sessions", this::sessions));
    }

    private Answer list(Request request) {
        try {
            return json(StreamList.parse(request.query()::get).page(directory, this::json));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
    }

    private Answer one(Request request) {
        return directory.newest(request.named()).map(entry -> json(json(entry)))
                .orElseGet(() -> Answer.error(404, "stream_not_found", "there is no such stream"));
    }

    private Answer sessions(Request request) {
        SessionList list;
        try {
            list = SessionList.parse(request.query()::get);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
        List<StreamEntry> epochs = directory.history(request.named());
        if (epochs.isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream");
        }
        return LiveViews.get(past.retained(request.named())).map(now -> json(list.page(epochs, now, "")))
                .orElseGet(() -> Answer.error(503, "busy", "the log does not answer, try again"));
    }

    private ApiJson.Stream json(StreamEntry entry) {
        return ApiJson.streamWithSource(entry, StreamList.counts(viewers, entry.stream()));
    }

    private static Answer json(Object value) {
        return new Answer(200, new String(Json.write(value), StandardCharsets.UTF_8));
    }
}
