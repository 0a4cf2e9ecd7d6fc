package io.millrace.edge.hls;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.VariantList;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
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

    /** @param isTs whether only MPEG-TS is wanted */
    void multivariant(Responder responder, String stream, boolean isTs, Query query) {
        Optional<StreamEntry> newest = directory.newest(stream);
        try {
            OptionalLong delayMs = TimeSpan.delayMs(query);
            TimeSpan span = delayMs.isPresent() ? null : TimeSpan.parse(query, clock.millis());
            if (newest.isEmpty()) {
                responses.absent(responder, stream, directory.presence(stream));
            } else if (delayMs.isPresent()) {
                delayed(responder, newest.get(), isTs, delayMs.getAsLong());
            } else {
                between(responder, newest.get(), isTs, span);
            }
        } catch (TimeSpan.UnreadableException e) {
            badParameter(responder, e.getMessage());
        }
    }

    /** A stream that has ended does not advance: a delayed viewer gets the rest of it. */
    private void delayed(Responder responder, StreamEntry newest, boolean isTs, long delayMs) {
        if (newest.state() == StreamEntry.State.ENDED) {
            long startMs = Math.max(PastRange.BEGINNING, clock.millis() - delayMs);
            between(responder, newest, isTs, new TimeSpan(startMs, PastRange.OPEN, true));
        } else if (!isImpossible(responder, List.of(newest), isTs)) {
            withView(responder, newest, view -> lineup(List.of(current(newest)), isTs).isReady(view),
                    view -> delayed(responder, current(newest), isTs, view, delayMs));
        }
    }

    /** "Now" is the end of the newest segment, as in the media playlist. */
    private void delayed(Responder responder, StreamEntry newest, boolean isTs, EpochView view, long delayMs) {
        String stream = newest.stream();
        RenditionId leading = lineup(List.of(newest), isTs).in(view).renditions().getFirst();
        long timeMs = view.of(leading).newestListed().orElseThrow().endMs() - delayMs;
        List<StreamEntry> history = directory.history(stream);
        List<StreamEntry> before = history.stream().filter(epoch -> epoch.span().startedAtMs() <= timeMs).toList();
        if (before.isEmpty()) {
            responses.nothingYet(responder, stream);
            return;
        }
        var range = PastRange.delayed(stream, before.getLast().name(), newest.name(), delayMs);
        List<StreamEntry> all = history.stream().filter(epoch -> range.hasEpoch(epoch.epoch())).toList();
        Lineup lineup = lineup(all, isTs);
        if (lineup.isEmpty()) {
            // The epochs have no track in common.
            responses.nothingYet(responder, stream);
            return;
        }
        var leadingUrl = new HlsUrl.MediaPlaylist(stream, range.first(), range.last(),
                lineup.renditions().getFirst());
        playlist(responder, range, leadingUrl, all, view, _ -> responses.multivariant(responder,
                VariantList.render(range, lineup, each -> VariantList.Rate.of(view.of(each)))),
                () -> responses.nothingYet(responder, stream));
    }

    private void between(Responder responder, StreamEntry newest, boolean isTs, TimeSpan span) {
        String stream = newest.stream();
        long startMs = span.startMs();
        responder.then(past.readBy(responder.request().requester()).moment(stream, startMs), moment -> {
            if (moment instanceof Moment.At at) {
                variants(responder, stream, isTs, span, at);
            } else if (isImpossible(responder, shownWithin(stream, startMs, span.endMs()), isTs)) {
                return;
            } else if (startMs > clock.millis()) {
                responses.nothingToShow(responder, stream);
            } else if (newest.state() == StreamEntry.State.ENDED) {
                responses.nothingWithin(responder, stream, startMs, span.endMs());
            } else {
                hold(responder, newest, view -> shows(newest, leading(newest, view), startMs),
                        _ -> responder.then(past.readBy(responder.request().requester()).moment(stream, startMs),
                                again -> {
                                    if (again instanceof Moment.At at) {
                                        variants(responder, stream, isTs, span, at);
                                    } else {
                                        responses.nothingYet(responder, stream);
                                    }
                                }));
            }
        });
    }

    private void variants(Responder responder, String stream, boolean isTs, TimeSpan span, Moment.At start) {
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
        Lineup lineup = lineup(all, isTs);
        if (isImpossible(responder, all, isTs)) {
            return;
        }
        if (lineup.isEmpty()) {
            responses.nothingYet(responder, stream);
            return;
        }
        long from = start.entry().id().segment();
        RenditionId leading = lineup.renditions().getFirst();
        withView(responder, first, view -> view.of(leading).newest() >= from,
                view -> variants(responder, range, first, lineup, view, from));
    }

    /** @param view the view of the first epoch; null if it has ended */
    private void variants(Responder responder, PastRange range, StreamEntry first, Lineup lineup, EpochView view,
            long from) {
        PastSource source = past.readBy(responder.request().requester());
        Map<RenditionId, CompletableFuture<Optional<PlaylistBlock>>> blocks = new LinkedHashMap<>();
        lineup.renditions().forEach(each -> blocks.put(each,
                source.around(first, each, from, of(view, each)).toCompletableFuture()));
        responder.then(CompletableFuture.allOf(blocks.values().toArray(CompletableFuture[]::new)), _ -> {
            if (blocks.values().iterator().next().resultNow().isEmpty()) {
                responses.nothingYet(responder, range.stream());
            } else {
                responses.multivariant(responder, VariantList.render(range, lineup, each -> blocks.get(each).resultNow()
                        .map(block -> VariantList.Rate.of(block, from)).orElse(VariantList.Rate.UNKNOWN)));
            }
        });
    }

    void media(Responder responder, HlsUrl.MediaPlaylist url, Query query) {
        try {
            media(responder, range(url.stream(), url.first(), url.last(), query), url);
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

    private void media(Responder responder, PastRange range, HlsUrl.MediaPlaylist url) {
        String stream = range.stream();
        RenditionId rendition = url.rendition();
        for (EpochName epoch : List.of(range.first(), range.last())) {
            if (directory.epoch(stream, epoch).isEmpty()) {
                responses.absent(responder, stream, directory.presence(stream, epoch));
                return;
            }
        }
        List<StreamEntry> all = directory.history(stream).stream().filter(epoch -> range.hasEpoch(epoch.epoch()))
                .toList();
        if (all.stream().noneMatch(epoch -> Lineup.mayHave(epoch, rendition))) {
            responses.without(responder, all.getLast(), rendition);
            return;
        }
        if (all.getLast().state() != StreamEntry.State.ENDED && audience.refuses(responder, stream)) {
            return;
        }
        boolean comes = !range.isDelayed() && range.startMs() <= clock.millis();
        withView(responder, all.getLast(), view -> view.of(rendition).isListed(),
                view -> media(responder, range, url, all, view, comes));
    }

    /** @param patient whether to wait for a time in the future */
    private void media(Responder responder, PastRange range, HlsUrl.MediaPlaylist url, List<StreamEntry> all,
            EpochView view, boolean patient) {
        RenditionId rendition = url.rendition();
        playlist(responder, range, url, all, view,
                listed -> responses.media(responder, listed.playlist().text(), listed.playlist().targetDurationS(),
                        listed.playlist().ended()),
                () -> {
                    if (patient) {
                        hold(responder, all.getLast(),
                                later -> shows(all.getLast(), later.of(rendition), range.startMs()),
                                later -> media(responder, range, url, all, later, false));
                    } else if (range.startMs() > clock.millis()) {
                        responses.nothingToShow(responder, range.stream());
                    } else {
                        responses.nothingYet(responder, range.stream());
                    }
                });
    }

    /** @param view the view of the last epoch; null if it has ended */
    private void playlist(Responder responder, PastRange range, HlsUrl.MediaPlaylist url, List<StreamEntry> all,
            EpochView view, Consumer<PastSource.Answer.Listed> listed, Runnable notYet) {
        PastSource source = past.readBy(responder.request().requester());
        RenditionView live = of(view, url.rendition());
        responder.then(url.iframes()
                ? source.iframes(range, url.rendition(), all, live)
                : source.playlist(range, url.rendition(), all, live), answer -> {
                    switch (answer) {
                        case PastSource.Answer.Listed found -> listed.accept(found);
                        case PastSource.Answer.NotYet() when view != null -> notYet.run();
                        case PastSource.Answer.Nothing() when range.isDelayed() ->
                            responses.expired(responder, range.stream());
                        case PastSource.Answer.Nothing(),PastSource.Answer.NotYet() ->
                            responses.nothingWithin(responder,
                                    range.stream(), range.startMs(), range.endMs());
                    }
                });
    }

    /** Returns the view of the rendition in which moments are found. */
    private RenditionView leading(StreamEntry entry, EpochView view) {
        StreamEntry newest = current(entry);
        return Renditions.leading(newest.rules(), newest.session().tracks()).map(view::of)
                .orElseGet(() -> view.of(RenditionId.TS));
    }

    /** Returns the entry of an epoch as the directory has it now, perhaps with tracks that were not known before. */
    private StreamEntry current(StreamEntry entry) {
        return directory.epoch(entry.stream(), entry.epoch()).orElse(entry);
    }

    /** Returns the view of a rendition; null if its epoch has ended. */
    private static RenditionView of(EpochView view, RenditionId rendition) {
        return view == null ? null : view.of(rendition);
    }

    private static Lineup lineup(List<StreamEntry> epochs, boolean isTs) {
        return isTs ? Lineup.ofTs(epochs) : Lineup.best(epochs);
    }

    /** Answers and returns true if HLS cannot carry any of these epochs. */
    private boolean isImpossible(Responder responder, List<StreamEntry> some, boolean isTs) {
        boolean impossible = !some.isEmpty() && some.stream().noneMatch(epoch -> epoch.session().tracks().isEmpty())
                && lineup(some, isTs).isEmpty();
        if (impossible) {
            responses.without(responder, some.getLast(), null);
        }
        return impossible;
    }

    /** Returns the epochs that have media in the range. */
    private List<StreamEntry> shownWithin(String stream, long startMs, long endMs) {
        return directory.history(stream).stream().filter(epoch -> epoch.span().startedAtMs() < endMs
                && (epoch.span().endedAtMs() == 0 ? startMs <= clock.millis() : epoch.span().endedAtMs() > startMs))
                .toList();
    }

    /** Returns whether a rendition has media at or after a time, and it is known which segment the time is in. */
    private static boolean shows(StreamEntry epoch, RenditionView view, long timeMs) {
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
