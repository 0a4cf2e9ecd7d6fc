package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code /api/v1} on the HTTP port: the directory as JSON. Thread-safe; called on event loops. */
final class ApiEndpoint {
    private final PlayAccess access;
    private final StreamDirectory directory;
    private final PastSource past;
    private final Viewers viewers;
    private final ResponseMemory memory;
    private final OpenApi document = OpenApi.load();

    ApiEndpoint(PlayAccess access, StreamDirectory directory, PastSource past, Viewers viewers) {
        this(access, directory, past, viewers, ResponseMemory.ofHeap());
    }

    ApiEndpoint(PlayAccess access, StreamDirectory directory, PastSource past, Viewers viewers,
            ResponseMemory memory) {
        this.access = access;
        this.memory = memory;
        this.directory = directory;
        this.past = past;
        this.viewers = viewers;
    }

    /** Sends a page of the streams, unless access to them is restricted; see {@link Route.Streams}. */
    void streams(Responder responder, Query query) {
        if (!access.isOpen()) {
            responder.error(HttpResponseStatus.FORBIDDEN, "list_restricted",
                    "the list of streams is on the admin port, because access to streams is restricted; ask for one"
                            + " stream at " + ApiResource.STREAMS.template() + "/NAME");
            return;
        }
        StreamList list;
        try {
            list = StreamList.parse(query::get);
        } catch (IllegalArgumentException e) {
            badParameter(responder, e);
            return;
        }
        send(responder, list.page(directory, this::json));
    }

    /** Sends one stream; see {@link Route.Stream}. Its URLs have the client's credentials. */
    void stream(Responder responder, String asked) {
        access.ask(responder, AccessRequest.Protocol.API, asked, stream -> directory.newest(stream).ifPresentOrElse(
                entry -> send(responder, json(entry).below(access.credentials(responder.request()).prefix())),
                () -> absent(responder, stream)));
    }

    /** Sends a page of a stream's retained sessions, oldest first; see {@link Route.Sessions}. */
    void sessions(Responder responder, String asked, Query query) {
        access.ask(responder, AccessRequest.Protocol.API, asked, stream -> retained(responder, stream, query));
    }

    private void retained(Responder responder, String stream, Query query) {
        SessionList list;
        try {
            list = SessionList.parse(query::get);
        } catch (IllegalArgumentException e) {
            badParameter(responder, e);
            return;
        }
        List<StreamEntry> epochs = directory.history(stream);
        if (epochs.isEmpty()) {
            absent(responder, stream);
            return;
        }
        responder.then(past.readBy(responder.request().requester()).retained(stream), now -> send(responder,
                list.page(epochs, now, access.credentials(responder.request()).prefix())));
    }

    /** Sends the list of live ingest nodes; see {@link Route.Ingest}. */
    void ingest(Responder responder) {
        var alive = directory.ingestNodes().list(System.currentTimeMillis());
        send(responder, new ApiJson.Ingest(alive.stream().map(ApiJson::ingest).toList()));
    }

    /** Sends the description of the API; see {@link Route.OpenApi}. */
    void openApi(Responder responder) {
        document.answer(responder);
    }

    /** Sends the time, for the clocks of DASH players; see {@link Route.Time}. */
    void time(Responder responder) {
        byte[] now = Json.time(System.currentTimeMillis()).getBytes(StandardCharsets.US_ASCII);
        responder.send(HttpResponseStatus.OK, Unpooled.wrappedBuffer(now), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE);
        });
    }

    private ApiJson.Stream json(StreamEntry entry) {
        return ApiJson.stream(entry, StreamList.counts(viewers, entry.stream()));
    }

    private static void badParameter(Responder responder, IllegalArgumentException fault) {
        responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", fault.getMessage());
    }

    private static void absent(Responder responder, String stream) {
        responder.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream);
    }

    /**
     * Sends JSON built for this client alone. A list of a thousand streams takes a megabyte, and a slow client holds it
     * until it is disconnected as blocked, so the total is limited.
     */
    private void send(Responder responder, Object json) {
        byte[] bytes = Json.write(json);
        if (!memory.take(bytes.length)) {
            responder.fail(new BusyException("too many API responses are waiting for slow clients"));
            return;
        }
        responder.send(HttpResponseStatus.OK, Unpooled.wrappedBuffer(bytes), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE);
        }, () -> memory.giveBack(bytes.length));
    }
}
