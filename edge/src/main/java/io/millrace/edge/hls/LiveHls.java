package io.millrace.edge.hls;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.RenderedText;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.SharedText;
import io.millrace.edge.view.VariantList;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Serves the multivariant and media playlists of whole epochs. A request for a playlist of an unknown stream, or of a
 * live stream that has nothing to show yet, is held without a thread. Thread-safe; called on event loops.
 */
final class LiveHls {
    private final StreamDirectory directory;
    private final HlsEndpoint.Log log;
    private final HlsAudience audience;
    private final HlsResponses responses;
    private final PartsHls parts;

    LiveHls(StreamDirectory directory, HlsEndpoint.Log log, HeldGroups held, HlsAudience audience,
            HlsResponses responses) {
        parts = new PartsHls(held, responses);
        this.directory = directory;
        this.log = log;
        this.audience = audience;
        this.responses = responses;
    }

    /**
     * Sends the multivariant playlist of the stream's newest epoch, once the epoch has segments and its tracks are
     * known.
     *
     * @param isTs whether only MPEG-TS is wanted
     */
    void multivariant(Responder responder, String stream, boolean isTs) {
        Optional<StreamEntry> newest = directory.newest(stream);
        if (newest.isEmpty()) {
            responses.whenKnown(responder, stream, directory.presence(stream), _ -> true,
                    () -> multivariant(responder, stream, isTs));
            return;
        }
        // The directory and the index are two topics: the segment may arrive before the tracks. The epoch's view is
        // published again when its directory entry changes. Tested on this thread, then on the one that publishes views.
        StreamEntry asked = newest.get();
        Predicate<EpochView> showable = view -> lineup(newest(asked), isTs).isReady(view);
        BooleanSupplier isImpossible = () -> {
            StreamEntry entry = newest(asked);
            return !entry.session().tracks().isEmpty() && lineup(entry, isTs).isEmpty();
        };
        if (asked.state() != StreamEntry.State.ENDED && isImpossible.getAsBoolean()) {
            responses.without(responder, asked, null);
            return;
        }
        hold(responder, asked, null, showable, isImpossible, view -> directory.epoch(stream, asked.epoch())
                .ifPresentOrElse(entry -> variants(responder, entry, lineup(entry, isTs).in(view), view),
                        () -> responses.absent(responder, stream, StreamDirectory.Presence.EXPIRED)));
    }

    private static Lineup lineup(StreamEntry entry, boolean isTs) {
        return isTs ? Lineup.ofTs(List.of(entry)) : Lineup.best(List.of(entry));
    }

    /** Sends the multivariant playlist if media of one of its renditions are retained. */
    private void variants(Responder responder, StreamEntry entry, Lineup lineup, EpochView view) {
        RenditionView leading = view.of(lineup.renditions().getFirst());
        retained(responder, entry.stream(), leading,
                () -> responses.multivariant(responder, text(entry, lineup, view)));
    }

    /**
     * Returns a multivariant playlist: for a live stream it points to the live window, for an ended one to everything
     * retained.
     */
    private static RenderedText text(StreamEntry entry, Lineup lineup, EpochView view) {
        if (entry.state() != StreamEntry.State.ENDED) {
            return VariantList.render(entry, lineup, view);
        }
        var whole = new PastRange(entry.stream(), entry.name(), entry.name(), entry.span().startedAtMs(),
                PastRange.OPEN);
        return VariantList.render(whole, lineup, rendition -> VariantList.Rate.of(view.of(rendition)));
    }

    /** Sends the media playlist of an epoch, once it has a segment. */
    void media(Responder responder, HlsUrl.MediaPlaylist playlist, Query query) {
        String stream = playlist.stream();
        EpochName epoch = playlist.first();
        Optional<StreamEntry> entry = directory.epoch(stream, epoch);
        if (entry.isEmpty()) {
            responses.whenKnown(responder, stream, directory.presence(stream, epoch),
                    its -> its.epoch() == epoch.number(),
                    () -> media(responder, playlist, query));
            return;
        }
        if (entry.get().state() != StreamEntry.State.ENDED && audience.refuses(responder, stream)) {
            return;
        }
        RenditionId rendition = playlist.rendition();
        Predicate<EpochView> showable = playlist.iframes()
                ? view -> view.of(rendition).isListed()
                : view -> view.isShowable(rendition);
        hold(responder, entry.get(), rendition, showable,
                () -> !Lineup.mayHave(newest(entry.get()), rendition), view -> {
                    if (playlist.iframes() || view.ended() || !view.hasParts(rendition)) {
                        plain(responder, playlist, view);
                    } else {
                        parts.send(responder, stream, rendition, log.epochs().watch(entry.get()), view, query,
                                ended -> plain(responder, playlist, ended));
                    }
                });
    }

    /** Sends a playlist of MPEG-TS or of keyframes, or one that has ended. */
    private void plain(Responder responder, HlsUrl.MediaPlaylist playlist, EpochView epoch) {
        RenditionView view = epoch.of(playlist.rendition());
        retained(responder, playlist.stream(), view, () -> responses.media(responder, text(playlist, epoch),
                view.segments().lastEntry().getValue().start().targetDurationS(), view.ended()));
    }

    private static SharedText text(HlsUrl.MediaPlaylist playlist, EpochView epoch) {
        RenditionId rendition = playlist.rendition();
        if (playlist.iframes()) {
            return epoch.of(rendition).iframeText();
        }
        return epoch.hasParts(rendition)
                ? epoch.parts().text(rendition, PartsPlaylist.Skip.NOTHING)
                : epoch.of(rendition).media();
    }

    /**
     * Continues with the first view that satisfies {@code wanted}. An epoch that ends without one, or that cannot have
     * the rendition, has nothing to show.
     *
     * @param rendition the rendition that was requested; null for any
     * @param isImpossible whether the epoch cannot have it, by the tracks that are known now, which may be more than
     *     when the request arrived
     */
    private void hold(Responder responder, StreamEntry entry, RenditionId rendition, Predicate<EpochView> wanted,
            BooleanSupplier isImpossible, Consumer<EpochView> then) {
        // Before version 5 of the rules, an earlier session may have had other tracks.
        if (entry.state() == StreamEntry.State.ENDED && entry.sessions().size() <= 1 && isImpossible.getAsBoolean()) {
            responses.without(responder, newest(entry), rendition);
            return;
        }
        Predicate<EpochView> hopeless = view -> view.isFinal() || isImpossible.getAsBoolean();
        HeldView.await(responder, log.epochs().watch(entry), wanted.or(hopeless), view -> {
            if (wanted.test(view)) {
                then.accept(view);
            } else if (isImpossible.getAsBoolean()) {
                responses.without(responder, newest(entry), rendition);
            } else if (newest(entry).session().tracks().isEmpty()) {
                responses.notFound(responder, "nothing_to_show", entry.stream() + " ended before its first segment");
            } else {
                responses.expired(responder, entry.stream());
            }
        }, () -> responses.nothingYet(responder, entry.stream()));
    }

    /** Returns the newest entry of an epoch. */
    private StreamEntry newest(StreamEntry entry) {
        return directory.epoch(entry.stream(), entry.epoch()).orElse(entry);
    }

    /**
     * Continues if media of an ended epoch are still retained. The index is often retained longer, and may list
     * segments that are gone.
     */
    private void retained(Responder responder, String stream, RenditionView view, Runnable then) {
        if (!view.ended()) {
            then.run();
            return;
        }
        responder.then(log.past().readBy(responder.request().requester()).retained(stream), now -> {
            if (view.newestComplete().stream().noneMatch(s -> s.parts().getFirst().offset() >= now.partsOffset())) {
                responses.expired(responder, stream);
            } else {
                then.run();
            }
        });
    }
}
