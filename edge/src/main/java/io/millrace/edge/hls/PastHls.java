package io.millrace.edge.hls;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.VariantList;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.timeline.Tracks;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Serves HLS of the past: playlists of a time range, and delayed windows. The multivariant playlist selects the epochs
 * and makes relative times absolute; its media playlist names both, so that every edge lists the same segments.
 * Thread-safe; called on event loops.
 */
final class PastHls {
    private final StreamDirectory directory;
    private final EpochSource epochs;
    private final PastSource past;
    private final HlsAudience audience;
    private final HlsResponses responses;
    private final InstantSource clock;

    PastHls(StreamDirectory directory, EpochSource epochs, PastSource past, HlsAudience audience,
            HlsResponses responses, InstantSource clock) {
        this.directory = directory;
        this.epochs = epochs;
        this.past = past;
        this.audience = audience;
        this.responses = responses;
        this.clock = clock;
    }

    void multivariant(Responder responder, String stream, Query query) {
        Optional<StreamEntry> newest = directory.newest(stream);
        try {
            OptionalLong delayMs = TimeSpan.delayMs(query);
            TimeSpan span = delayMs.isPresent() ? null : TimeSpan.parse(query, clock.millis());
            if (newest.isEmpty()) {
                responses.absent(responder, stream, directory.presence(stream));
            } else if (delayMs.isPresent()) {
                delayed(responder, newest.get(), delayMs.getAsLong());
            } else {
                between(responder, newest.get(), span);
            }
        } catch (TimeSpan.UnreadableException e) {
            badParameter(responder, e.getMessage());
        }
    }

    /** A stream that has ended does not advance: a delayed viewer gets the rest of it. */
    private void delayed(Responder responder, StreamEntry newest, long delayMs) {
        if (newest.state() == StreamEntry.State.ENDED) {
            long startMs = Math.max(PastRange.BEGINNING, clock.millis() - delayMs);
            between(responder, newest, new TimeSpan(startMs, PastRange.OPEN, true));
        } else if (!isOutsideHls(responder, List.of(newest))) {
            withView(responder, newest, EpochView::isListed, view -> delayed(responder, newest, view, delayMs));
        }
    }

    /** "Now" is the end of the newest segment, as in the media playlist. */
    private void delayed(Responder responder, StreamEntry newest, EpochView view, long delayMs) {
        String stream = newest.stream();
        long timeMs = view.newestListed().orElseThrow().endMs() - delayMs;
        List<StreamEntry> history = directory.history(stream);
        List<StreamEntry> before = history.stream().filter(epoch -> epoch.span().startedAtMs() <= timeMs).toList();
        if (before.isEmpty()) {
            responses.nothingYet(responder, stream);
            return;
        }
        var range = PastRange.delayed(stream, before.getLast().name(), newest.name(), delayMs);
        List<StreamEntry> all = history.stream().filter(epoch -> range.hasEpoch(epoch.epoch())).toList();
        playlist(responder, range, all, view,
                _ -> responses.multivariant(responder,
                        VariantList.render(range, VariantList.inHls(all), view.peakBitrate(), view.averageBitrate())),
                () -> responses.nothingYet(responder, stream));
    }

    private void between(Responder responder, StreamEntry newest, TimeSpan span) {
        String stream = newest.stream();
        long startMs = span.startMs();
        responder.then(past.readBy(responder.request().requester()).moment(stream, startMs), moment -> {
            if (moment instanceof Moment.At at) {
                variants(responder, stream, span, at);
            } else if (isOutsideHls(responder, shownWithin(stream, startMs, span.endMs()))) {
                return;
            } else if (startMs > clock.millis()) {
                responses.nothingToShow(responder, stream);
            } else if (newest.state() == StreamEntry.State.ENDED) {
                responses.nothingWithin(responder, stream, startMs, span.endMs());
            } else {
                hold(responder, newest, view -> shows(newest, view, startMs),
                        _ -> responder.then(past.readBy(responder.request().requester()).moment(stream, startMs),
                                again -> {
                                    if (again instanceof Moment.At at) {
                                        variants(responder, stream, span, at);
                                    } else {
                                        responses.nothingYet(responder, stream);
                                    }
                                }));
            }
        });
    }

    private void variants(Responder responder, String stream, TimeSpan span, Moment.At start) {
        if (start.entry().times().programDateTimeMs() >= span.endMs()) {
            responses.nothingWithin(responder, stream, span.startMs(), span.endMs());
            return;
        }
        List<StreamEntry> all = directory.history(stream).stream()
                .filter(epoch -> epoch.epoch() == start.entry().id().epoch()
                        || epoch.epoch() > start.entry().id().epoch() && epoch.span().startedAtMs() < span.endMs())
                .toList();
        if (all.isEmpty() || all.getFirst().epoch() != start.entry().id().epoch()) {
            // The index is ahead of the directory.
            responses.nothingYet(responder, stream);
            return;
        }
        StreamEntry first = all.getFirst();
        var range = new PastRange(stream, first.name(), all.getLast().name(), span.startMs(), span.endMs());
        long from = start.entry().id().segment();
        withView(responder, first, view -> view.newest() >= from,
                view -> responder.then(past.readBy(responder.request().requester()).around(first, from, view),
                        block -> variants(responder, range, VariantList.inHls(all), block, from)));
    }

    private void variants(Responder responder, PastRange range, List<Tracks> tracks, Optional<PlaylistBlock> around,
            long from) {
        if (around.isEmpty() || tracks.isEmpty()) {
            responses.nothingYet(responder, range.stream());
        } else {
            PlaylistBlock block = around.get();
            responses.multivariant(responder,
                    VariantList.render(range, tracks, block.peakBitrate(from), block.averageBitrate(from)));
        }
    }

    void media(Responder responder, String stream, EpochName first, EpochName last, Query query) {
        try {
            media(responder, range(stream, first, last, query));
        } catch (TimeSpan.UnreadableException e) {
            badParameter(responder, e.getMessage());
        }
    }

    private PastRange range(String stream, EpochName first, EpochName last, Query query)
            throws TimeSpan.UnreadableException {
        OptionalLong delayMs = TimeSpan.delayMs(query);
        if (delayMs.isPresent()) {
            return PastRange.delayed(stream, first, last, delayMs.getAsLong());
        }
        TimeSpan span = TimeSpan.parse(query, clock.millis());
        if (span.relative()) {
            throw new TimeSpan.UnreadableException(
                    "a media playlist takes absolute times only; start with /" + stream + ".m3u8");
        }
        return new PastRange(stream, first, last, span.startMs(), span.endMs());
    }

    private void media(Responder responder, PastRange range) {
        String stream = range.stream();
        for (EpochName epoch : List.of(range.first(), range.last())) {
            if (directory.epoch(stream, epoch).isEmpty()) {
                responses.absent(responder, stream, directory.presence(stream, epoch));
                return;
            }
        }
        List<StreamEntry> all = directory.history(stream).stream().filter(epoch -> range.hasEpoch(epoch.epoch()))
                .toList();
        if (isOutsideHls(responder, all)
                || all.getLast().state() != StreamEntry.State.ENDED && audience.refuses(responder, stream)) {
            return;
        }
        boolean comes = !range.isDelayed() && range.startMs() <= clock.millis();
        withView(responder, all.getLast(), EpochView::isListed, view -> media(responder, range, all, view, comes));
    }

    /** @param patient whether to wait for a time in the future */
    private void media(Responder responder, PastRange range, List<StreamEntry> all, EpochView view, boolean patient) {
        playlist(responder, range, all, view,
                listed -> responses.media(responder, listed.playlist().text(), listed.playlist().targetDurationS(),
                        listed.playlist().ended()),
                () -> {
                    if (patient) {
                        hold(responder, all.getLast(), later -> shows(all.getLast(), later, range.startMs()),
                                later -> media(responder, range, all, later, false));
                    } else if (range.startMs() > clock.millis()) {
                        responses.nothingToShow(responder, range.stream());
                    } else {
                        responses.nothingYet(responder, range.stream());
                    }
                });
    }

    private void playlist(Responder responder, PastRange range, List<StreamEntry> all, EpochView view,
            Consumer<PastSource.Answer.Listed> listed, Runnable notYet) {
        responder.then(past.readBy(responder.request().requester()).playlist(range, all, view), answer -> {
            switch (answer) {
                case PastSource.Answer.Listed found -> listed.accept(found);
                case PastSource.Answer.NotYet() when view != null -> notYet.run();
                case PastSource.Answer.Nothing() when range.isDelayed() -> responses.expired(responder, range.stream());
                case PastSource.Answer.Nothing(),PastSource.Answer.NotYet() -> responses.nothingWithin(responder,
                        range.stream(), range.startMs(), range.endMs());
            }
        });
    }

    /** Answers and returns true if HLS cannot carry any of these epochs. */
    private boolean isOutsideHls(Responder responder, List<StreamEntry> some) {
        boolean outside = !some.isEmpty() && some.stream().allMatch(Tracks::areOutsideTs);
        if (outside) {
            responses.notInHls(responder, some.getLast());
        }
        return outside;
    }

    /** Returns the epochs that have media in the range. */
    private List<StreamEntry> shownWithin(String stream, long startMs, long endMs) {
        return directory.history(stream).stream().filter(epoch -> epoch.span().startedAtMs() < endMs
                && (epoch.span().endedAtMs() == 0 ? startMs <= clock.millis() : epoch.span().endedAtMs() > startMs))
                .toList();
    }

    /** Returns whether an epoch has media at or after a time, and it is known which segment the time is in. */
    private static boolean shows(StreamEntry epoch, EpochView view, long timeMs) {
        long beforeMs = timeMs + (view.ended() ? 0 : epoch.rules().largestStepMs());
        return view.segments().values().stream().anyMatch(s -> s.complete() && s.endMs() > beforeMs);
    }

    /** Continues with the first view of an epoch that satisfies {@code wanted}; with null if the epoch has ended. */
    private void withView(Responder responder, StreamEntry epoch, Predicate<EpochView> wanted,
            Consumer<EpochView> then) {
        if (epoch.state() == StreamEntry.State.ENDED) {
            then.accept(null);
        } else {
            hold(responder, epoch, wanted, then);
        }
    }

    private void hold(Responder responder, StreamEntry epoch, Predicate<EpochView> wanted, Consumer<EpochView> then) {
        HeldView.await(responder, epochs.watch(epoch), wanted.or(EpochView::ended), view -> {
            if (wanted.test(view)) {
                then.accept(view);
            } else {
                responses.nothingYet(responder, epoch.stream());
            }
        }, () -> responses.nothingYet(responder, epoch.stream()));
    }

    private static void badParameter(Responder responder, String message) {
        responder.error(HttpResponseStatus.BAD_REQUEST, "bad_parameter", message);
    }
}
