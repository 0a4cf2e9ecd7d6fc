package io.millrace.edge.http;

import io.millrace.edge.feed.EpochSource;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.Tracks;
import io.millrace.edge.live.VariantList;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * HLS of the past: playlists between two times, and windows that stay behind. The multivariant playlist finds the epochs
 * and makes relative times absolute; its child names both, and every edge lists the same for it. Thread-safe; called on
 * event loops.
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
        Optional<StreamEntry> newest = directory.newest(stream);
        try {
            OptionalLong delayMs = TimeSpan.delayMs(query);
            TimeSpan span = delayMs.isPresent() ? null : TimeSpan.parse(query, clock.millis());
            if (newest.isEmpty()) {
                answers.absent(exchange, stream, directory.presence(stream));
            } else if (delayMs.isPresent()) {
                delayed(exchange, newest.get(), delayMs.getAsLong());
            } else {
                between(exchange, newest.get(), span);
            }
        } catch (TimeSpan.UnreadableException e) {
            badParameter(exchange, e.getMessage());
        }
    }

    /** What has ended does not move on: whoever comes then gets the rest of it. */
    private void delayed(Exchange exchange, StreamEntry newest, long delayMs) {
        if (newest.state() == StreamEntry.State.ENDED) {
            long startMs = Math.max(PastRange.BEGINNING, clock.millis() - delayMs);
            between(exchange, newest, new TimeSpan(startMs, PastRange.OPEN, true));
        } else if (!isOutsideHls(exchange, List.of(newest))) {
            withView(exchange, newest, EpochView::isListed, view -> delayed(exchange, newest, view, delayMs));
        }
    }

    /** "Now" is what the newest segment says, as in the media playlist. */
    private void delayed(Exchange exchange, StreamEntry newest, EpochView view, long delayMs) {
        String stream = newest.stream();
        long timeMs = view.complete(view.newest()).orElseThrow().endMs() - delayMs;
        List<StreamEntry> history = directory.history(stream);
        List<StreamEntry> before = history.stream().filter(epoch -> epoch.startedAtMs() <= timeMs).toList();
        if (before.isEmpty()) {
            answers.nothingYet(exchange, stream);
            return;
        }
        var range = PastRange.delayed(stream, before.getLast().epoch(), newest.epoch(), delayMs);
        List<StreamEntry> all = history.stream().filter(epoch -> range.hasEpoch(epoch.epoch())).toList();
        playlist(exchange, range, all, view,
                _ -> answers.multivariant(exchange,
                        VariantList.render(range, inHls(all), view.peakBitrate(), view.averageBitrate())),
                () -> answers.nothingYet(exchange, stream));
    }

    private void between(Exchange exchange, StreamEntry newest, TimeSpan span) {
        String stream = newest.stream();
        long startMs = span.startMs();
        exchange.then(past.readBy(exchange.asker()).moment(stream, startMs), moment -> {
            if (moment instanceof Moment.At at) {
                variants(exchange, stream, span, at);
            } else if (isOutsideHls(exchange, shownWithin(stream, startMs, span.endMs()))) {
                return;
            } else if (startMs > clock.millis()) {
                answers.nothingToShow(exchange, stream);
            } else if (newest.state() == StreamEntry.State.ENDED) {
                answers.nothingWithin(exchange, stream, startMs, span.endMs());
            } else {
                hold(exchange, newest, view -> shows(view, startMs),
                        _ -> exchange.then(past.readBy(exchange.asker()).moment(stream, startMs), again -> {
                            if (again instanceof Moment.At at) {
                                variants(exchange, stream, span, at);
                            } else {
                                answers.nothingYet(exchange, stream);
                            }
                        }));
            }
        });
    }

    private void variants(Exchange exchange, String stream, TimeSpan span, Moment.At start) {
        if (start.entry().programDateTimeMs() >= span.endMs()) {
            answers.nothingWithin(exchange, stream, span.startMs(), span.endMs());
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
        long from = start.entry().segment();
        withView(exchange, first, view -> view.newest() >= from,
                view -> exchange.then(past.readBy(exchange.asker()).around(first, from, view), block -> block
                        .filter(_ -> !inHls(all).isEmpty()).ifPresentOrElse(
                                found -> variants(exchange, range, all, found, from),
                                () -> answers.nothingYet(exchange, stream))));
    }

    private void variants(Exchange exchange, PastRange range, List<StreamEntry> all, PlaylistBlock block, long from) {
        answers.multivariant(exchange,
                VariantList.render(range, inHls(all), block.peakBitrate(from), block.averageBitrate(from)));
    }

    /** Those whose tracks are known; those that HLS cannot show are left out if there are others. */
    private static List<StreamEntry> inHls(List<StreamEntry> epochs) {
        List<StreamEntry> known = epochs.stream().filter(epoch -> !epoch.tracks().isEmpty()).toList();
        List<StreamEntry> some = known.stream().filter(epoch -> !Tracks.areOutsideTs(epoch.tracks(), epoch.rules()))
                .toList();
        return some.isEmpty() ? known : some;
    }

    void media(Exchange exchange, Route.MediaPlaylist playlist) {
        try {
            media(exchange, playlist, range(playlist));
        } catch (TimeSpan.UnreadableException e) {
            badParameter(exchange, e.getMessage());
        }
    }

    private PastRange range(Route.MediaPlaylist playlist) throws TimeSpan.UnreadableException {
        OptionalLong delayMs = TimeSpan.delayMs(playlist.query());
        if (delayMs.isPresent()) {
            return PastRange.delayed(playlist.stream(), playlist.firstEpoch(), playlist.lastEpoch(),
                    delayMs.getAsLong());
        }
        TimeSpan span = TimeSpan.parse(playlist.query(), clock.millis());
        if (span.relative()) {
            throw new TimeSpan.UnreadableException(
                    "a media playlist takes absolute times; begin at /" + playlist.stream() + ".m3u8");
        }
        return new PastRange(playlist.stream(), playlist.firstEpoch(), playlist.lastEpoch(), span.startMs(),
                span.endMs());
    }

    private void media(Exchange exchange, Route.MediaPlaylist playlist, PastRange range) {
        String stream = range.stream();
        for (long epoch : List.of(range.firstEpoch(), range.lastEpoch())) {
            if (directory.epoch(stream, epoch).isEmpty()) {
                answers.absent(exchange, stream, directory.presence(stream, epoch));
                return;
            }
        }
        List<StreamEntry> all = directory.history(stream).stream().filter(epoch -> range.hasEpoch(epoch.epoch()))
                .toList();
        if (isOutsideHls(exchange, all)
                || all.getLast().state() != StreamEntry.State.ENDED && audience.refuses(exchange, stream)) {
            return;
        }
        boolean comes = !range.isDelayed() && range.startMs() <= clock.millis();
        withView(exchange, all.getLast(), EpochView::isListed, view -> media(exchange, range, all, view, comes));
    }

    /** @param patient whether to wait for a time that has not come */
    private void media(Exchange exchange, PastRange range, List<StreamEntry> all, EpochView view, boolean patient) {
        playlist(exchange, range, all, view,
                listed -> answers.media(exchange, listed.playlist().text(), listed.playlist().targetDurationS(),
                        listed.playlist().ended()),
                () -> {
                    if (patient) {
                        hold(exchange, all.getLast(), later -> shows(later, range.startMs()),
                                later -> media(exchange, range, all, later, false));
                    } else if (range.startMs() > clock.millis()) {
                        answers.nothingToShow(exchange, range.stream());
                    } else {
                        answers.nothingYet(exchange, range.stream());
                    }
                });
    }

    private void playlist(Exchange exchange, PastRange range, List<StreamEntry> all, EpochView view,
            Consumer<PastSource.Answer.Listed> listed, Runnable notYet) {
        exchange.then(past.readBy(exchange.asker()).playlist(range, all, view), answer -> {
            switch (answer) {
                case PastSource.Answer.Listed found -> listed.accept(found);
                case PastSource.Answer.NotYet() when view != null -> notYet.run();
                case PastSource.Answer.Nothing() when range.isDelayed() -> answers.expired(exchange, range.stream());
                case PastSource.Answer.Nothing(),PastSource.Answer.NotYet() -> answers.nothingWithin(exchange,
                        range.stream(), range.startMs(), range.endMs());
            }
        });
    }

    /** Answers if HLS cannot carry any of some epochs. */
    private boolean isOutsideHls(Exchange exchange, List<StreamEntry> some) {
        boolean outside = !some.isEmpty() && some.stream().allMatch(Tracks::areOutsideTs);
        if (outside) {
            answers.notInHls(exchange, some.getLast());
        }
        return outside;
    }

    /** The epochs that showed something between two times. */
    private List<StreamEntry> shownWithin(String stream, long startMs, long endMs) {
        return directory.history(stream).stream().filter(epoch -> epoch.startedAtMs() < endMs
                && (epoch.endedAtMs() == 0 ? startMs <= clock.millis() : epoch.endedAtMs() > startMs)).toList();
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

    private static void badParameter(Exchange exchange, String message) {
        exchange.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", message);
    }
}
