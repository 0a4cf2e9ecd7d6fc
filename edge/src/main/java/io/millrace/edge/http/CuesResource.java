package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.edge.log.CueWriter;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * {@code POST /api/v1/streams/live/show/cues} on the admin port: adds a cue to a running stream, or ends a date range.
 * Thread-safe. Blocks for as long as Kafka takes.
 */
public final class CuesResource implements AdminResource {
    private final StreamDirectory directory;
    private final CueWriter writer;
    private final InstantSource clock;

    public CuesResource(StreamDirectory directory, CueWriter writer, InstantSource clock) {
        this.directory = directory;
        this.writer = writer;
        this.clock = clock;
    }

    /** The response. */
    record Recorded(String id) {}

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.post("/api/v1/streams/{stream}/cues", this::post));
    }

    private Answer post(Request request) {
        String stream = request.named();
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream");
        }
        CueRequest cue;
        try {
            cue = CueForm.parse(request.query(), clock.millis());
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
        if (entry.get().state() == StreamEntry.State.ENDED) {
            return Answer.error(409, "not_live", stream + " is not live");
        }
        try {
            writer.write(stream, cue);
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
        return new Answer(202, new String(Json.write(new Recorded(cue.name())), StandardCharsets.UTF_8));
    }
}
