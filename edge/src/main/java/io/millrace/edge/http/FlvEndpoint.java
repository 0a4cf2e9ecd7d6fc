package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.live.Directory;
import io.millrace.platform.log.StreamEntry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** HTTP-FLV, with the statuses of the contract. Thread-safe; called on event loops. */
final class FlvEndpoint {
    private final Directory directory;
    private final FlvSource source;
    private final EdgeMeters meters;
    private final Map<String, Integer> viewers = new ConcurrentHashMap<>();

    FlvEndpoint(Directory directory, FlvSource source, EdgeMeters meters) {
        this.directory = directory;
        this.source = source;
        this.meters = meters;
    }

    void watch(Exchange exchange, String stream) {
        Optional<StreamEntry> entry = directory.newest(stream);
        if (entry.isEmpty() && directory.presence(stream) == Directory.Presence.EXPIRED) {
            exchange.error(HttpResponseStatus.GONE, ApiError.expired(stream + " is not kept any more", null), _ -> {});
        } else if (entry.isEmpty()) {
            exchange.error(HttpResponseStatus.NOT_FOUND, "stream_not_found", "there is no stream " + stream);
        } else if (entry.get().state() == StreamEntry.State.ENDED) {
            exchange.error(HttpResponseStatus.NOT_FOUND, "stream_ended", stream + " has ended");
        } else if (exchange.isHead()) {
            exchange.startStream(FlvEndpoint::describe);
            exchange.endStream();
        } else {
            join(exchange, stream);
        }
    }

    int viewers(String stream) {
        return viewers.getOrDefault(stream, 0);
    }

    private void join(Exchange exchange, String stream) {
        var viewer = new FlvViewer(exchange, meters, FlvEndpoint::describe, () -> started(stream), () -> left(stream));
        Runnable giveUp = () -> {
            if (viewer.giveUp()) {
                source.leave(stream, viewer);
            }
        };
        Runnable cancel = exchange.after(HlsEndpoint.HOLD_MS, giveUp);
        exchange.onDrain(giveUp);
        exchange.onShutdown(() -> {
            source.leave(stream, viewer);
            viewer.end();
        });
        exchange.onClose(() -> {
            cancel.run();
            viewer.close();
            source.leave(stream, viewer);
        });
        source.join(stream, viewer);
    }

    private void started(String stream) {
        viewers.merge(stream, 1, Integer::sum);
        meters.flvJoined();
    }

    private void left(String stream) {
        viewers.computeIfPresent(stream, (_, count) -> count == 1 ? null : count - 1);
        meters.flvLeft();
    }

    private static void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, "video/x-flv");
        headers.set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE);
        // nginx in front passes each tag on as it comes.
        headers.set("X-Accel-Buffering", "no");
    }
}
