package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.BusyException;
import io.millrace.edge.feed.FlvPast;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.Selection;
import io.millrace.platform.log.StreamEntry;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.Optional;

/** HTTP-FLV and WebSocket-FLV, with the statuses of the contract. Thread-safe; called on event loops. */
final class FlvEndpoint {
    private final Directory directory;
    private final FlvSource source;
    private final FlvPast past;
    private final InstantSource clock;
    private final Viewers viewers;
    private final EdgeMeters meters;

    FlvEndpoint(Directory directory, FlvSource source, FlvPast past, InstantSource clock, Viewers viewers,
            EdgeMeters meters) {
        this.directory = directory;
        this.source = source;
        this.past = past;
        this.clock = clock;
        this.viewers = viewers;
        this.meters = meters;
    }

    void watch(Exchange exchange, String stream, Route.Query query) {
        if (exchange.asksForWebSocket() && WebSocketUpgrade.refuses(exchange)) {
            return;
        }
        TrackChoice.parse(query).ifPresentOrElse(selection -> watch(exchange, stream, query, selection),
                () -> exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", TrackChoice.SYNTAX));
    }

    private void watch(Exchange exchange, String stream, Route.Query query, Selection selection) {
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty() && directory.presence(stream) == Directory.Presence.EXPIRED) {
            exchange.error(HttpResponseStatus.GONE, ApiError.expired(stream + " is not kept any more", null), _ -> {});
        } else if (entry.isEmpty()) {
            exchange.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream);
        } else if (TimeSpan.isIn(query)) {
            rewind(exchange, stream, query, selection);
        } else {
            live(exchange, entry.get(), selection);
        }
    }

    private void live(Exchange exchange, StreamEntry entry, Selection selection) {
        if (entry.state() == StreamEntry.State.ENDED) {
            exchange.error(HttpResponseStatus.NOT_FOUND, "stream_ended", entry.stream() + " has ended");
        } else if (exchange.isHead()) {
            describeOnly(exchange);
        } else {
            join(exchange, entry.stream(), selection);
        }
    }

    private void rewind(Exchange exchange, String stream, Route.Query query, Selection selection) {
        try {
            TimeSpan span = TimeSpan.parse(query, clock.millis());
            exchange.then(past.watchedBy(exchange.asker()).find(stream, span.startMs(), span.endMs()),
                    range -> rewind(exchange, stream, span, range, selection));
        } catch (TimeSpan.UnreadableException e) {
            exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", e.getMessage());
        }
    }

    private void rewind(Exchange exchange, String stream, TimeSpan span, FlvPast.Range range,
            Selection selection) {
        switch (range) {
            case FlvPast.Range.Playable playable when selection.of(playable.tracks()).isEmpty() ->
                nothing(exchange, stream);
            case FlvPast.Range.Playable _ when exchange.isHead() -> describeOnly(exchange);
            case FlvPast.Range.Playable playable -> play(exchange, playable, selection);
            // What is newest is not in the index yet.
            case FlvPast.Range.NotYet() when span.endMs() == PastRange.OPEN
                    && span.startMs() <= clock.millis() ->
                directory.newest(stream).ifPresentOrElse(
                        entry -> live(exchange, entry, selection), () -> nothing(exchange, stream));
            case FlvPast.Range.NotYet(),FlvPast.Range.Nothing() -> nothing(exchange, stream);
            case FlvPast.Range.Expired(long availableFromMs) -> exchange.error(HttpResponseStatus.GONE,
                    ApiError.expired("this part of " + stream + " is not kept any more", Json.time(availableFromMs)),
                    _ -> {});
        }
    }

    private static void nothing(Exchange exchange, String stream) {
        exchange.error(HttpResponseStatus.NOT_FOUND, "nothing_to_show", "nothing of " + stream + " was shown then");
    }

    private static void describeOnly(Exchange exchange) {
        exchange.startStream(ResponseCarrier::describe);
        exchange.endStream();
    }

    private void play(Exchange exchange, FlvPast.Range.Playable range, Selection selection) {
        if (exchange.isAnswered()) {
            return;
        }
        FlvViewer viewer = viewer(exchange, range.epoch().stream(), selection);
        Runnable leave;
        try {
            leave = past.watchedBy(exchange.asker()).play(range, viewer);
        } catch (BusyException e) {
            exchange.fail(e);
            return;
        }
        exchange.onDrain(() -> {
            if (viewer.giveUp()) {
                leave.run();
            }
        });
        exchange.onShutdown(() -> {
            leave.run();
            viewer.shutDown();
        });
        exchange.onClose(() -> {
            viewer.close();
            leave.run();
        });
    }

    private void join(Exchange exchange, String stream, Selection selection) {
        FlvViewer viewer = viewer(exchange, stream, selection);
        Runnable giveUp = () -> {
            if (viewer.giveUp()) {
                source.leave(stream, viewer);
            }
        };
        Runnable cancel = exchange.after(HlsEndpoint.HOLD_MS, giveUp);
        exchange.onDrain(giveUp);
        exchange.onShutdown(() -> {
            source.leave(stream, viewer);
            viewer.shutDown();
        });
        exchange.onClose(() -> {
            cancel.run();
            viewer.close();
            source.leave(stream, viewer);
        });
        source.join(stream, viewer);
    }

    private FlvViewer viewer(Exchange exchange, String stream, Selection selection) {
        Carrier carrier = exchange.asksForWebSocket()
                ? new WebSocketCarrier(exchange, meters)
                : new ResponseCarrier(exchange);
        return new FlvViewer(exchange, carrier, stream, selection, viewers, meters);
    }
}
