package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.BusyException;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.SessionSpan;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** {@code /api/v1}: the directory as JSON. Thread-safe; called on event loops. */
final class ApiEndpoint {
    private final Directory directory;
    private final PastSource past;
    private final Viewers viewers;
    private final AnswerMemory memory;

    ApiEndpoint(Directory directory, PastSource past, Viewers viewers) {
        this(directory, past, viewers, AnswerMemory.ofHeap());
    }

    ApiEndpoint(Directory directory, PastSource past, Viewers viewers, AnswerMemory memory) {
        this.memory = memory;
        this.directory = directory;
        this.past = past;
        this.viewers = viewers;
    }

    void streams(Exchange exchange, Route.Query query) {
        StreamList list;
        try {
            list = StreamList.parse(query::get);
        } catch (IllegalArgumentException e) {
            exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
            return;
        }
        send(exchange, list.page(directory, this::json));
    }

    void stream(Exchange exchange, String stream) {
        directory.newest(stream).ifPresentOrElse(entry -> send(exchange, json(entry)), () -> absent(exchange, stream));
    }

    void sessions(Exchange exchange, String stream, Route.Query query) {
        OptionalInt limit = limit(exchange, query);
        OptionalLong after = after(exchange, query);
        if (limit.isEmpty() || after.isEmpty()) {
            return;
        }
        List<StreamEntry> epochs = directory.history(stream);
        if (epochs.isEmpty()) {
            absent(exchange, stream);
            return;
        }
        exchange.then(past.readBy(exchange.asker()).retained(stream), now -> {
            // What is gone for good is not listed; of what is listed, something plays.
            List<SessionSpan> found = SessionSpan.of(epochs).stream().filter(span -> span.endMs() >= now.fromMs()
                    && span.session().session() > after.getAsLong()).toList();
            boolean more = found.size() > limit.getAsInt();
            List<SessionSpan> page = more ? found.subList(0, limit.getAsInt()) : found;
            send(exchange, new ApiJson.Sessions(page.stream().map(ApiJson::session).toList(),
                    more ? Long.toString(page.getLast().session().session()) : null));
        });
    }

    void ingest(Exchange exchange) {
        var alive = directory.ingestNodes().list(System.currentTimeMillis());
        send(exchange, new ApiJson.Ingest(alive.stream().map(ApiJson::ingest).toList()));
    }

    private ApiJson.Stream json(StreamEntry entry) {
        return ApiJson.stream(entry, StreamList.counts(viewers, entry.stream()));
    }

    private static OptionalInt limit(Exchange exchange, Route.Query query) {
        try {
            return OptionalInt.of(StreamList.limit(query.get("limit")));
        } catch (IllegalArgumentException e) {
            exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
            return OptionalInt.empty();
        }
    }

    private static OptionalLong after(Exchange exchange, Route.Query query) {
        String text = query.get("after");
        if (text == null) {
            return OptionalLong.of(-1);
        }
        if (text.matches("[0-9]{1,18}")) {
            return OptionalLong.of(Long.parseLong(text));
        }
        if (!exchange.isAnswered()) {
            exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", "after is the number of a session");
        }
        return OptionalLong.empty();
    }

    private static void absent(Exchange exchange, String stream) {
        exchange.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream);
    }

    /** A list of a thousand streams is a megabyte that nobody shares; who reads slowly has it for as long as it may be blocked. */
    private void send(Exchange exchange, Object json) {
        byte[] bytes = Json.write(json);
        if (!memory.take(bytes.length)) {
            exchange.fail(new BusyException("too many lists are not taken by those who asked for them"));
            return;
        }
        exchange.send(HttpResponseStatus.OK, Unpooled.wrappedBuffer(bytes), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            headers.set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE);
        }, () -> memory.giveBack(bytes.length));
    }
}
