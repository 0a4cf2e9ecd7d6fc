package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.EpochSource;
import io.millrace.edge.feed.PartSource;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.RenderedText;
import io.millrace.edge.live.Segment;
import io.millrace.edge.live.Tracks;
import io.millrace.edge.live.VariantList;
import io.millrace.platform.log.StreamEntry;
import java.util.List;
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

    private final Directory directory;
    private final EpochSource epochs;
    private final PartSource parts;
    private final PastSource past;
    private final PartSource pastParts;
    private final HlsAudience audience;
    private final HlsAnswers answers;
    private final EdgeMeters meters;
    private final String mediaCaching;

    /** @param pastParts the same media as {@code parts}, read and kept apart from what is live */
    HlsEndpoint(Directory directory, EpochSource epochs, PartSource parts, PastSource past, PartSource pastParts,
            HlsAudience audience, HlsAnswers answers, long retentionMs, EdgeMeters meters) {
        this.directory = directory;
        this.epochs = epochs;
        this.parts = parts;
        this.past = past;
        this.pastParts = pastParts;
        this.audience = audience;
        this.answers = answers;
        this.meters = meters;
        mediaCaching = "public, max-age=" + retentionMs / 1000 + ", immutable";
    }

    void multivariant(Exchange exchange, String stream) {
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            answers.absent(exchange, stream, directory.presence(stream));
            return;
        }
        long epoch = newest.get().epoch();
        if (newest.get().state() != StreamEntry.State.ENDED
                && Tracks.areOutsideTs(newest.get().tracks(), newest.get().rules())) {
            answers.notInHls(exchange, newest.get());
            return;
        }
        // The directory and the index are two topics: a segment may be known here before the tracks are.
        Predicate<EpochView> showable = view -> view.isListed()
                && directory.epoch(stream, epoch).filter(e -> !e.tracks().isEmpty()).isPresent();
        hold(exchange, newest.get(), showable, view -> directory.epoch(stream, epoch).ifPresentOrElse(
                entry -> answers.multivariant(exchange, variants(entry, view)),
                () -> answers.absent(exchange, stream, Directory.Presence.EXPIRED)));
    }

    /** What is live leads to a window, what has ended to all of it that is retained. */
    private static RenderedText variants(StreamEntry entry, EpochView view) {
        if (entry.state() != StreamEntry.State.ENDED) {
            return VariantList.render(entry, view);
        }
        var whole = new PastRange(entry.stream(), entry.epoch(), entry.epoch(), entry.startedAtMs(), PastRange.OPEN);
        return VariantList.render(whole, List.of(entry), view.peakBitrate(), view.averageBitrate());
    }

    void media(Exchange exchange, String stream, long epoch) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            answers.absent(exchange, stream, directory.presence(stream, epoch));
            return;
        }
        if (entry.get().state() != StreamEntry.State.ENDED && audience.refuses(exchange, stream)) {
            return;
        }
        hold(exchange, entry.get(), EpochView::isListed, view -> answers.media(exchange, view.media(),
                view.segments().lastEntry().getValue().targetDurationS(), view.ended()));
    }

    void segment(Exchange exchange, String stream, long epoch, long number) {
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            answers.absent(exchange, stream, directory.presence(stream, epoch));
            return;
        }
        if (entry.get().state() == StreamEntry.State.ENDED) {
            older(exchange, entry.get(), number, null);
            return;
        }
        Hold.forView(exchange, epochs.watch(entry.get()), _ -> true, view -> {
            Optional<Segment> segment = view.complete(number);
            if (segment.isPresent()) {
                send(exchange, stream, epoch, segment.get(), parts);
            } else if (!view.segments().isEmpty() && number < view.segments().firstKey()) {
                older(exchange, entry.get(), number, view);
            } else {
                answers.notFound(exchange, "segment_not_found", "segment " + number + " is not there");
            }
        }, () -> exchange.fail(new IllegalStateException("the index of " + stream + " cannot be read")));
    }

    /** @param live of the epoch, null if it has ended */
    private void older(Exchange exchange, StreamEntry entry, long number, EpochView live) {
        if (live == null && number > entry.lastSegment()) {
            answers.notFound(exchange, "segment_not_found", "segment " + number + " is not there");
            return;
        }
        exchange.then(past.readBy(exchange.asker()).segment(entry, number, live), found -> found.ifPresentOrElse(
                segment -> send(exchange, entry.stream(), entry.epoch(), segment, pastParts),
                () -> answers.expired(exchange, entry.stream())));
    }

    private void send(Exchange exchange, String stream, long epoch, Segment segment, PartSource source) {
        exchange.then(source.read(stream, segment.parts()), answer -> {
            switch (answer) {
                case PartSource.Answer.Bytes bytes -> {
                    var body = new SegmentBody("\"" + epoch + "-" + segment.number() + "\"", "video/mp2t",
                            mediaCaching);
                    meters.sent(Protocol.HLS, body.send(exchange, bytes.bytes()));
                }
                case PartSource.Answer.Expired() -> answers.expired(exchange, stream);
            }
        });
    }

    /**
     * Answers with the first view that is {@code wanted}; an epoch that ended without one, or that sends what HLS cannot
     * carry, has nothing to show.
     */
    private void hold(Exchange exchange, StreamEntry entry, Predicate<EpochView> wanted, Consumer<EpochView> then) {
        if (entry.state() == StreamEntry.State.ENDED && Tracks.areOutsideTs(entry)) {
            answers.notInHls(exchange, entry);
            return;
        }
        Predicate<EpochView> hopeless = view -> !view.isListed() && (view.ended() || isOutsideHls(entry));
        Hold.forView(exchange, epochs.watch(entry), wanted.or(hopeless), view -> {
            if (view.isListed()) {
                retained(exchange, entry.stream(), view, then);
            } else if (isOutsideHls(entry)) {
                answers.notInHls(exchange, newest(entry));
            } else if (entry.tracks().isEmpty()) {
                answers.notFound(exchange, "nothing_to_show", entry.stream() + " ended before it showed anything");
            } else {
                answers.expired(exchange, entry.stream());
            }
        }, () -> answers.nothingYet(exchange, entry.stream()));
    }

    /** By what is known of its tracks now: it may be more than when the request came. */
    private boolean isOutsideHls(StreamEntry entry) {
        StreamEntry newest = newest(entry);
        return Tracks.areOutsideTs(newest.tracks(), newest.rules());
    }

    private StreamEntry newest(StreamEntry entry) {
        return directory.epoch(entry.stream(), entry.epoch()).orElse(entry);
    }

    /** The index is often kept longer than the media: what has ended is shown as long as both are. */
    private void retained(Exchange exchange, String stream, EpochView view, Consumer<EpochView> then) {
        if (!view.ended()) {
            then.accept(view);
            return;
        }
        exchange.then(past.readBy(exchange.asker()).retained(stream), now -> {
            if (view.complete(view.newest()).orElseThrow().parts().getFirst().offset() < now.partsOffset()) {
                answers.expired(exchange, stream);
            } else {
                then.accept(view);
            }
        });
    }
}
