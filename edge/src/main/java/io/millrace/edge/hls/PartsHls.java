package io.millrace.edge.hls;

import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Front;
import io.millrace.edge.view.PartsView;
import io.millrace.media.m3u8.PartsPlaylist;
import io.millrace.platform.log.RenditionId;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Serves live media playlists with parts, by the delivery directives of a request (docs/protocols.md, 7.2). A request
 * that names a part is answered when the part is listed, and as long as it is listed with the playlist as of that part:
 * the same bytes on every edge. Thread-safe; called on event loops.
 */
final class PartsHls {
    /** How many target durations a request is held (RFC 8216bis, 6.2.5.2). */
    private static final int HELD_TARGET_DURATIONS = 3;

    /** A line of requests with the same answer. */
    private record Line(RenditionId rendition, Reload reload) {}

    private final HeldGroups held;
    private final HlsResponses responses;

    PartsHls(HeldGroups held, HlsResponses responses) {
        this.held = held;
        this.responses = responses;
    }

    /**
     * Answers a request, or holds it.
     *
     * @param view the current view, which lists the rendition and has not ended
     * @param onEnd answers the request if the epoch ends while the request is held
     */
    void send(Responder responder, String stream, RenditionId rendition, Watch watch, EpochView view, Query query,
            Consumer<EpochView> onEnd) {
        Optional<Reload> parsed = Reload.parse(query);
        if (parsed.isEmpty()) {
            responses.badReload(responder, "malformed delivery directives");
            return;
        }
        Reload reload = parsed.get();
        PartsView parts = view.parts();
        if (!reload.waits()) {
            current(responder, rendition, reload.skip(), parts);
        } else if (parts.isTooFar(reload.segment(), reload.part())) {
            responses.badReload(responder, "the part is too far ahead");
        } else if (parts.reached(reload.segment(), reload.part()).isPresent()) {
            asOf(responder, rendition, reload, parts);
        } else {
            held.hold(responder, watch, new Line(rendition, reload),
                    next -> next.ended() || next.parts().reached(reload.segment(), reload.part()).isPresent(),
                    HELD_TARGET_DURATIONS * 1_000L * parts.targetDurationS(), next -> {
                        if (next.ended()) {
                            onEnd.accept(next);
                        } else {
                            asOf(responder, rendition, reload, next.parts());
                        }
                    }, () -> responses.notListed(responder, stream));
        }
    }

    private void asOf(Responder responder, RenditionId rendition, Reload reload, PartsView parts) {
        Front at = parts.reached(reload.segment(), reload.part()).orElseThrow();
        if (parts.lists(rendition, at)) {
            responses.fixed(responder, parts.text(rendition, at, reload.skip()), parts.targetDurationS());
        } else {
            current(responder, rendition, reload.skip(), parts);
        }
    }

    private void current(Responder responder, RenditionId rendition, PartsPlaylist.Skip skip, PartsView parts) {
        responses.media(responder, parts.text(rendition, skip), parts.targetDurationS(), false);
    }
}
