package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Serves HLS: the query parameters of a request select live or past media. Thread-safe; called on event loops.
 */
public final class HlsEndpoint implements HttpOutput {
    /** The end of the path of a multivariant playlist of MPEG-TS. Stream names do not contain {@code @}. */
    public static final String TS_SUFFIX = "@ts.m3u8";

    /**
     * The sources from which HLS reads the log.
     *
     * @param epochs views of epochs, from the index
     * @param parts the bytes of live media
     * @param past playlists and segments of past media, from the index
     * @param pastParts the same media as {@code parts}, read and cached separately from live media
     */
    public record Log(EpochSource epochs, PartSource parts, PastSource past, PartSource pastParts) {}

    private final PlayAccess access;
    private final LiveHls live;
    private final PastHls past;
    private final SegmentHls segments;

    /**
     * @param retentionMs how long media are retained, and may be cached by clients
     * @param ticker the clock by which viewers are counted
     */
    public HlsEndpoint(PlayAccess access, StreamDirectory directory, Log log, long retentionMs, Viewers viewers,
            Ticker ticker, EdgeMeters meters) {
        this(access, directory, log, retentionMs, viewers, ticker, meters, HeldLimits.DEFAULT);
    }

    /** @param limits of the requests that wait for a part */
    public HlsEndpoint(PlayAccess access, StreamDirectory directory, Log log, long retentionMs, Viewers viewers,
            Ticker ticker, EdgeMeters meters, HeldLimits limits) {
        this.access = access;
        var audience = new HlsAudience(Protocol.HLS, viewers, meters, ticker);
        var responses = new HlsResponses(directory, log.past(), Protocol.HLS, meters);
        var held = new HeldGroups(limits);
        live = new LiveHls(directory, log, held, audience, responses);
        segments = new SegmentHls(directory, log, held, responses, retentionMs, meters);
        past = new PastHls(directory, log.epochs(), log.past(), audience, responses, InstantSource.system());
    }

    @Override
    public boolean answer(Responder responder, String path, Query query) {
        Optional<HlsUrl> url = HlsUrl.parse(path);
        url.ifPresent(found -> answer(responder, found, query));
        return url.isPresent();
    }

    @Override
    public Optional<Media> mediaAt(String path) {
        return HlsUrl.parse(path).map(url -> new Media(url.stream(), AccessRequest.Protocol.HLS));
    }

    private void answer(Responder responder, HlsUrl url, Query query) {
        switch (url) {
            case HlsUrl.Multivariant(String stream, boolean isTs) ->
                access.askForPlaylist(responder, AccessRequest.Protocol.HLS,
                        stream, allowed -> multivariant(responder, allowed, isTs, query));
            case HlsUrl.MediaPlaylist playlist ->
                access.askForPlaylist(responder, AccessRequest.Protocol.HLS, playlist.stream(),
                        allowed -> media(responder, playlist.of(allowed), query));
            case HlsUrl.Media media -> access.ask(responder, AccessRequest.Protocol.HLS, media.stream(),
                    allowed -> segments.send(responder, allowed, media.epoch(), media.file()));
        }
    }

    private void multivariant(Responder responder, String stream, boolean isTs, Query query) {
        if (TimeSpan.isIn(query)) {
            responder.inTurns(() -> past.multivariant(responder, stream, isTs, query));
        } else {
            live.multivariant(responder, stream, isTs);
        }
    }

    private void media(Responder responder, HlsUrl.MediaPlaylist playlist, Query query) {
        if (TimeSpan.isIn(query) || !playlist.first().equals(playlist.last())) {
            responder.inTurns(() -> past.media(responder, playlist, query));
        } else {
            live.media(responder, playlist, query);
        }
    }
}
