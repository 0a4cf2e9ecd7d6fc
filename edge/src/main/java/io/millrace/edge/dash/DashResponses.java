package io.millrace.edge.dash;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.hls.HlsResponses;
import io.millrace.edge.view.MpdText;
import io.millrace.edge.view.PastRange;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Responses that only DASH has. Stateless. */
final class DashResponses {
    /** New players must see a new epoch soon. */
    private static final int REDIRECT_MAX_AGE_S = 3;

    private DashResponses() {}

    /**
     * Redirects from {@code /live/show.mpd} to the MPD of these epochs. An MPD that names another Location would not
     * do: Shaka resolves the URLs of segments against that one, and other players against the URL of the MPD.
     */
    static void redirect(Responder responder, PastRange range) {
        String stream = range.stream();
        String epochs = range.first().equals(range.last()) ? "" + range.first() : range.first() + "-" + range.last();
        String target = stream.substring(stream.lastIndexOf('/') + 1) + "/@" + epochs + '/' + MpdText.FILE
                + range.query();
        responder.send(HttpResponseStatus.FOUND, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.LOCATION, target);
            headers.set(HttpHeaderNames.CACHE_CONTROL, "public, max-age=" + REDIRECT_MAX_AGE_S);
        });
    }

    /** Answers a request for a range with more segments than an MPD lists. */
    static void tooLong(Responder responder, PastRange range, long segments) {
        responder.error(HttpResponseStatus.BAD_REQUEST, "range_too_long",
                ("this range of %s has %d segments in all tracks, and an MPD lists at most %d; "
                        + "choose a shorter one by start and end, or play /%s.m3u8").formatted(range.stream(), segments,
                                MpdText.SEGMENTS_LIMIT, range.stream()));
    }

    /** Answers a request for a stream that has no CMAF rendition. */
    static void notInDash(Responder responder, HlsResponses responses, StreamEntry entry) {
        responses.notFound(responder, "not_in_dash", entry.stream()
                + " is not available by DASH, because its epoch has no CMAF; play /" + entry.stream() + ".m3u8");
    }
}
