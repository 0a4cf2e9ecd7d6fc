package io.millrace.edge.http;

import io.millrace.edge.feed.EpochSource;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.VariantList;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * HLS of the past: playlists between two times. The multivariant playlist finds the epochs and makes relative times
 * absolute; its child names both, and every edge lists the same for it. Thread-safe; called on event loops.
 */
final class PastEndpoint {
    private final Directory directory;
    private final EpochSource epochs;
    private final PastSource past;
    private final HlsAudience audience;
    private final HlsAnswers answers;
    private final InstantSource clock;

    PastEndpoint(Directory directory, EpochSource epochs, PastSource past, HlsAudience audience, HlsAnswers answers,
            InstantSource clock) {
        this.directory = directory;
        this.epochs = epochs;
        this.past = past;
        this.audience = audience;
        this.answers = answers;
        this.clock = clock;
    }

    void multivariant(Exchange exchange, String stream, Route.Query query) {
        Optional<TimeSpan> span = span(exchange, query);
        if (span.isEmpty()) {
            return;
        }
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            answers.absent(exchange, stream, directory.presence(stream));
            return;
        }
        long startMs = span.get().startMs();
        exchange.then(past.moment(stream, startMs), moment -> {
            if (moment instanceof Moment.At at) {
                multivariant(exchange, stream, span.get(), at);
            } else if (newest.get().state() == StreamEntry.State.ENDED) {
                answers.nothingBefore(exchange, stream, span.get().endMs());
            } else {
                hold(exchange, newest.get(), view -> shows(view, startMs),
                        _ -> exchange.then(past.moment(stream, startMs), again -> {
                            if (again instanceof Moment.At at) {
                                multivariant(exchange, stream, span.get(), at);
                            } else {
                                answers.nothingYet(exchange, stream);
                            }
                        }));
            }
        });
    }

    private void multivariant(Exchange exchange, String stream, TimeSpan span, Moment.At start) {
        if (start.entry().programDateTimeMs() >= span.endMs()) {
            answers.nothingBefore(exchange, stream, span.endMs());
            return;
        }
        List<StreamEntry> all = directory.history(stream).stream()
                .filter(epoch -> epoch.epoch() == start.entry().epoch()
                        || epoch.epoch() > start.entry().epoch() && epoch.startedAtMs() < span.endMs())
                .toList();
        if (all.isEmpty() || all.getFirst().epoch() != start.entry().epoch()) {
            // The index runs ahead of the directory.
            answers.nothingYet(exchange, stream);
            return;
        }
        StreamEntry first = all.getFirst();
        var range = new PastRange(stream, first.epoch(), all.getLast().epoch(), span.startMs(), span.endMs());
        withView(exchange, first, view -> view.newest() >= start.entry().segment(),
                view -> exchange.then(past.around(first, start.entry().segment(), view), block -> block.ifPresentOrElse(
                        found -> variants(exchange, range, all, found, start.entry().segment()),
                        () -> answers.nothingYet(exchange, stream))));
    }

    private void variants(Exchange exchange, PastRange range, List<StreamEntry> all, PlaylistBlock block, long from) {
        List<StreamEntry> known = all.stream().filter(epoch -> !epoch.tracks().isEmpty()).toList();
        if (known.isEmpty()) {
            answers.nothingYet(exchange, range.stream());
        } else {
            answers.multivariant(exchange,
                    VariantList.render(range, known, block.peakBitrate(from), block.averageBitrate(from)));
        }
    }

    void media(Exchange exchange, Route.MediaPlaylist playlist) {
        Optional<TimeSpan> span = span(exchange, playlist.query());
        if (span.isEmpty()) {
            return;
        }
        String stream = playlist.stream();
        if (span.get().relative()) {
            badParameter(exchange, "a media playlist takes absolute times; begin at /" + stream + ".m3u8");
            return;
        }
        for (long epoch : List.of(playlist.firstEpoch(), playlist.lastEpoch())) {
            if (directory.epoch(stream, epoch).isEmpty()) {
                answers.absent(exchange, stream, directory.presence(stream, epoch));
                return;
            }
        }
        var range = new PastRange(stream, playlist.firstEpoch(), playlist.lastEpoch(), span.get().startMs(),
                span.get().endMs());
        List<StreamEntry> all = directory.history(stream).stream().filter(epoch -> range.hasEpoch(epoch.epoch()))
                .toList();
        if (all.getLast().state() != StreamEntry.State.ENDED && audience.refuses(exchange, stream)) {
            return;
        }
        withView(exchange, all.getLast(), EpochView::isListed, view -> media(exchange, range, all, view, true));
    }

    /** @param patient whether to wait for a time that has not come */
    private void media(Exchange exchange, PastRange range, List<StreamEntry> all, EpochView view, boolean patient) {
        exchange.then(past.playlist(range, all, view), answer -> {
            switch (answer) {
                case PastSource.Answer.Listed(var playlist) -> answers.media(exchange, playlist.text(),
                        playlist.targetDurationS(), playlist.ended());
                case PastSource.Answer.Nothing() -> answers.nothingBefore(exchange, range.stream(), range.endMs());
                case PastSource.Answer.NotYet() when view == null -> answers.nothingBefore(exchange, range.stream(),
                        range.endMs());
                case PastSource.Answer.NotYet() when patient -> hold(exchange, all.getLast(),
                        later -> shows(later, range.startMs()), later -> media(exchange, range, all, later, false));
                case PastSource.Answer.NotYet() -> answers.nothingYet(exchange, range.stream());
            }
        });
    }

    /** Whether a viewer sees something at or after a time. */
    private static boolean shows(EpochView view, long timeMs) {
        return view.segments().values().stream().anyMatch(s -> s.complete() && s.endMs() > timeMs);
    }

    /** Continues with the first view of an epoch that is {@code wanted}; with null for one that has ended. */
    private void withView(Exchange exchange, StreamEntry epoch, Predicate<EpochView> wanted,
            Consumer<EpochView> then) {
        if (epoch.state() == StreamEntry.State.ENDED) {
            then.accept(null);
        } else {
            hold(exchange, epoch, wanted, then);
        }
    }

    private void hold(Exchange exchange, StreamEntry epoch, Predicate<EpochView> wanted, Consumer<EpochView> then) {
        Hold.forView(exchange, epochs.watch(epoch), wanted.or(EpochView::ended), view -> {
            if (wanted.test(view)) {
                then.accept(view);
            } else {
                answers.nothingYet(exchange, epoch.stream());
            }
        }, () -> answers.nothingYet(exchange, epoch.stream()));
    }

    private Optional<TimeSpan> span(Exchange exchange, Route.Query query) {
        try {
            return Optional.of(TimeSpan.parse(query, clock.millis()));
        } catch (TimeSpan.UnreadableException e) {
            badParameter(exchange, e.getMessage());
            return Optional.empty();
        }
    }

    private static void badParameter(Exchange exchange, String message) {
        exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", message);
    }
}
