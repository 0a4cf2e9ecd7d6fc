package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.directory.StreamDirectory;
import java.time.InstantSource;
import java.util.Optional;

/** Serves HLS, live and of the past, as the query of a request says. Thread-safe; called on event loops. */
public final class HlsEndpoint implements HttpOutput {
    /**
     * What HLS reads of the log.
     *
     * @param pastParts the same media as {@code parts}, read and cached separately from live media
     */
    public record Log(EpochSource epochs, PartSource parts, PastSource past, PartSource pastParts) {}

    private final LiveHls live;
    private final PastHls past;

    /**
     * @param retentionMs how long media are retained, and may be cached
     * @param ticker the clock for the estimate of who watches
     */
    public HlsEndpoint(StreamDirectory directory, Log log, long retentionMs, Viewers viewers, Ticker ticker,
            EdgeMeters meters) {
        var audience = new HlsAudience(viewers, meters, ticker);
        var answers = new HlsAnswers(directory, log.past(), meters);
        live = new LiveHls(directory, log, audience, answers, retentionMs, meters);
        past = new PastHls(directory, log.epochs(), log.past(), audience, answers, InstantSource.system());
    }

    @Override
    public boolean answer(Responder responder, String path, Query query) {
        Optional<HlsUrl> url = HlsUrl.parse(path);
        url.ifPresent(found -> answer(responder, found, query));
        return url.isPresent();
    }

    private void answer(Responder responder, HlsUrl url, Query query) {
        switch (url) {
            case HlsUrl.Multivariant(String stream) when TimeSpan.isIn(query) ->
                past.multivariant(responder, stream, query);
            case HlsUrl.Multivariant(String stream) -> live.multivariant(responder, stream);
            case HlsUrl.MediaPlaylist(String stream, long first, long last) when TimeSpan.isIn(query)
                    || first != last ->
                past.media(responder, stream, first, last, query);
            case HlsUrl.MediaPlaylist(String stream, long epoch, long _) -> live.media(responder, stream, epoch);
            case HlsUrl.Segment(String stream, long epoch, long number) ->
                live.segment(responder, stream, epoch, number);
        }
    }
}
