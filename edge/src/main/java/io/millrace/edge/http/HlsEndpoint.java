package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.feed.EpochSource;
import io.millrace.edge.feed.PartSource;
import io.millrace.edge.feed.Watch;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.RenderedText;
import io.millrace.edge.live.Segment;
import io.millrace.edge.live.VariantList;
import io.millrace.platform.log.StreamEntry;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * HLS: multivariant and media playlists, segments, with the statuses of the contract. A request for a live stream that
 * has nothing to show yet is held without a thread. Thread-safe; called on event loops.
 */
final class HlsEndpoint {
    /** A request for something that does not exist yet is held so long, then it is 404. */
    static final long HOLD_MS = 10_000;
    private static final String PLAYLIST = "application/vnd.apple.mpegurl";
    /** Live clients do not reload a multivariant playlist; others come soon after a new epoch. */
    private static final int MULTIVARIANT_MAX_AGE_S = 3;
    private static final int ENDED_MAX_AGE_S = 60;

    private final Directory directory;
    private final EpochSource epochs;
    private final PartSource parts;
    private final HlsAudience audience;
    private final EdgeMeters meters;
    private final String mediaCaching;

    HlsEndpoint(Directory directory, EpochSource epochs, PartSource parts, HlsAudience audience, long retentionMs,
            EdgeMeters meters) {
        this.directory = directory;
        this.epochs = epochs;
        this.parts = parts;
        this.audience = audience;
        this.meters = meters;
        mediaCaching = "public, max-age=" + retentionMs / 1000 + ", immutable";
    }

    void multivariant(Exchange exchange, String stream) {
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            absent(exchange, stream, directory.presence(stream));
            return;
        }
        long epoch = newest.get().epoch();
        // The directory and the index are two topics: a segment may be known here before the tracks are.
        Predicate<EpochView> showable = view -> view.isListed()
                && directory.epoch(stream, epoch).filter(e -> !e.tracks().isEmpty()).isPresent();
        hold(exchange, newest.get(), showable, view -> directory.epoch(stream, epoch).ifPresentOrElse(
                entry -> text(exchange, VariantList.render(entry, view), "public, max-age=" + MULTIVARIANT_MAX_AGE_S),
                () -> absent(exchange, stream, Directory.Presence.EXPIRED)));
    }

    void media(Exchange exchange, String stream, long epoch) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            absent(exchange, stream, directory.presence(stream, epoch));
            return;
        }
        if (entry.get().state() != StreamEntry.State.ENDED) {
            audience.seen(stream, exchange.remoteHost(), exchange.headers().get(HttpHeaderNames.USER_AGENT, ""));
        }
        hold(exchange, entry.get(), EpochView::isListed,
                view -> text(exchange, view.media(), "public, max-age=" + maxAgeS(view)));
    }

    void segment(Exchange exchange, String stream, long epoch, long number) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            absent(exchange, stream, directory.presence(stream, epoch));
            return;
        }
        wait(exchange, epochs.watch(entry.get()), _ -> true, view -> {
            Optional<Segment> segment = view.complete(number);
            if (segment.isPresent()) {
                send(exchange, stream, epoch, segment.get());
            } else if (!view.segments().isEmpty() && number < view.segments().firstKey()) {
                older(exchange, entry.get(), number);
            } else {
                notFound(exchange, "segment_not_found", "segment " + number + " is not there");
            }
        }, () -> exchange.fail(new IllegalStateException("the index of " + stream + " cannot be read")));
    }

    private void older(Exchange exchange, StreamEntry entry, long number) {
        exchange.then(epochs.find(entry, number), found -> found.ifPresentOrElse(
                segment -> send(exchange, entry.stream(), entry.epoch(), segment),
                () -> expired(exchange, entry.stream())));
    }

    private void send(Exchange exchange, String stream, long epoch, Segment segment) {
        exchange.then(parts.read(stream, segment.parts()), answer -> {
            switch (answer) {
                case PartSource.Answer.Bytes bytes -> {
                    var body = new SegmentBody("\"" + epoch + "-" + segment.number() + "\"", "video/mp2t",
                            mediaCaching);
                    meters.hlsSent(body.send(exchange, bytes.bytes()));
                }
                case PartSource.Answer.Expired() -> expired(exchange, stream);
            }
        });
    }

    /** Answers with the first view that is {@code wanted}; an epoch that ended without one has nothing to show. */
    private void hold(Exchange exchange, StreamEntry entry, Predicate<EpochView> wanted, Consumer<EpochView> then) {
        wait(exchange, epochs.watch(entry), wanted.or(view -> view.ended() && !view.isListed()), view -> {
            if (view.isListed()) {
                then.accept(view);
            } else if (entry.tracks().isEmpty()) {
                notFound(exchange, "nothing_to_show", entry.stream() + " ended before it showed anything");
            } else {
                expired(exchange, entry.stream());
            }
        }, () -> exchange.error(HttpResponseStatus.NOT_FOUND,
                ApiError.of("nothing_to_show_yet", entry.stream() + " has nothing to show yet"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, 2)));
    }

    private static void wait(Exchange exchange, Watch watch, Predicate<EpochView> wanted, Consumer<EpochView> then,
            Runnable onTimeout) {
        EpochView now = watch.view();
        if (now != null && wanted.test(now)) {
            then.accept(now);
            return;
        }
        var hold = new Hold(exchange, onTimeout);
        hold.until(watch.await(wanted, view -> exchange.context().executor().execute(() -> {
            if (hold.release()) {
                then.accept(view);
            }
        })));
    }

    private void text(Exchange exchange, RenderedText text, String caching) {
        meters.hlsSent(TextBody.send(exchange, text, PLAYLIST, caching));
    }

    private static long maxAgeS(EpochView view) {
        if (view.ended()) {
            return ENDED_MAX_AGE_S;
        }
        return Math.max(1, view.segments().lastEntry().getValue().targetDurationS() / 2);
    }

    private void absent(Exchange exchange, String stream, Directory.Presence presence) {
        switch (presence) {
            case EXPIRED -> expired(exchange, stream);
            case UNKNOWN, KNOWN -> notFound(exchange, "stream_not_found", "there is no stream " + stream);
        }
    }

    private static void notFound(Exchange exchange, String code, String message) {
        exchange.error(HttpResponseStatus.NOT_FOUND, code, message);
    }

    private void expired(Exchange exchange, String stream) {
        exchange.then(epochs.availableFromMs(stream), from -> exchange.error(HttpResponseStatus.GONE,
                ApiError.expired("this part of " + stream + " is not kept any more",
                        from.isPresent() ? Json.time(from.getAsLong()) : null),
                _ -> {}));
    }
}
