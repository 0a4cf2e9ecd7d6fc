package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code /api/v1/streams} on the admin port, with {@code NAME} and {@code NAME/sessions} below it: the same as on the
 * HTTP port, plus the encoder's address and ingest node, which only the operator may see. Also {@code NAME/audience},
 * {@code NAME/past}, which withdraws media, and {@code NAME/cues}, which adds cues. Thread-safe.
 */
public final class StreamsResource implements AdminResource {
    private static final String SESSIONS = "/sessions";

    private final StreamDirectory directory;
    private final PastSource past;
    private final Viewers viewers;
    private final AudienceResource audience;
    private final TakedownResource takedown;
    private final CuesResource cues;

    /**
     * @param audience answers below a stream's name
     * @param takedown answers requests that delete
     * @param cues answers requests that post
     */
    public StreamsResource(StreamDirectory directory, PastSource past, Viewers viewers, AudienceResource audience,
            TakedownResource takedown, CuesResource cues) {
        this.directory = directory;
        this.past = past;
        this.takedown = takedown;
        this.cues = cues;
        this.viewers = viewers;
        this.audience = audience;
    }

    @Override
    public String path() {
        return Route.API;
    }

    @Override
    public String methods() {
        return "GET, HEAD, DELETE, POST";
    }

    @Override
    public Answer answer(Request request) {
        if (request.method().equals("DELETE")) {
            return takedown.delete(request);
        }
        if (request.method().equals("POST")) {
            return cues.post(request);
        }
        if (AudienceResource.isAt(request.below()) && directory.newest(request.below()).isEmpty()) {
            return audience.answer(request.below());
        }
        if (request.below().endsWith(SESSIONS)) {
            return sessions(request);
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

    private Answer sessions(Request request) {
        String stream = request.below().substring(0, request.below().length() - SESSIONS.length());
        SessionList list;
        try {
            list = SessionList.parse(request.query()::get);
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
        List<StreamEntry> epochs = directory.history(stream);
        if (epochs.isEmpty()) {
            return Answer.error(404, "stream_not_found", "there is no such stream");
        }
        return LiveViews.get(past.retained(stream)).map(now -> json(list.page(epochs, now, "")))
                .orElseGet(() -> Answer.error(503, "busy", "the log does not answer, try again"));
    }

    private ApiJson.Stream json(StreamEntry entry) {
        return ApiJson.streamWithSource(entry, StreamList.counts(viewers, entry.stream()));
    }

    private static Answer json(Object value) {
        return new Answer(200, new String(Json.write(value), StandardCharsets.UTF_8));
    }
}
