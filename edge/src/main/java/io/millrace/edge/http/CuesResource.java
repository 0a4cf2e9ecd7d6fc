package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.edge.log.CueWriter;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminResource.Request;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;

/**
 * {@code POST /api/v1/streams/live/show/cues} on the admin port: adds a cue to a running stream, or ends a date range.
 * Thread-safe. Blocks for as long as Kafka takes.
 */
public final class CuesResource {
    /** The end of the path, after the stream's name. */
    private static final String CUES = "/cues";

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

    Answer post(Request request) {
        String stream = request.below().endsWith(CUES)
                ? request.below().substring(0, request.below().length() - CUES.length())
                : "";
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream; the path ends in /cues");
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
