package io.millrace.edge.dash;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Query;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TimeSpan;
import io.millrace.edge.hls.HlsAudience;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.hls.HlsResponses;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Serves MPDs: the query parameters of a request select live or past media. Thread-safe; called on event loops.
 */
public final class DashEndpoint implements HttpOutput {
    private final PlayAccess access;
    private final LiveDash live;
    private final PastDash past;

    /**
     * @param ticker the clock by which viewers are counted
     * @param clock the clock to which times of a range are relative
     */
    public DashEndpoint(PlayAccess access, StreamDirectory directory, HlsEndpoint.Log log, Viewers viewers,
            Ticker ticker, InstantSource clock, EdgeMeters meters) {
        this.access = access;
        var audience = new HlsAudience(Protocol.DASH, viewers, meters, ticker);
        var responses = new HlsResponses(directory, log.past(), Protocol.DASH, meters);
        past = new PastDash(directory, log, audience, responses, clock);
        live = new LiveDash(directory, log, audience, responses);
    }

    @Override
    public boolean answer(Responder responder, String path, Query query) {
        Optional<DashUrl> url = DashUrl.parse(path);
        url.ifPresent(found -> answer(responder, found, query));
        return url.isPresent();
    }

    @Override
    public Optional<Media> mediaAt(String path) {
        return DashUrl.parse(path).map(url -> switch (url) {
            case DashUrl.Stream(String stream) -> stream;
            case DashUrl.Epochs epochs -> epochs.stream();
        }).map(stream -> new Media(stream, AccessRequest.Protocol.DASH));
    }

    private void answer(Responder responder, DashUrl url, Query query) {
        switch (url) {
            case DashUrl.Stream(String stream) ->
                access.askForPlaylist(responder, AccessRequest.Protocol.DASH, stream, allowed -> {
                    if (TimeSpan.isIn(query)) {
                        responder.inTurns(() -> past.stream(responder, allowed, query));
                    } else {
                        live.stream(responder, allowed);
                    }
                });
            case DashUrl.Epochs epochs -> access.askForPlaylist(responder,
                    AccessRequest.Protocol.DASH, epochs.stream(), allowed -> {
                        if (TimeSpan.isIn(query) || !epochs.first().equals(epochs.last())) {
                            responder.inTurns(() -> past.epochs(responder, allowed, epochs, query));
                        } else {
                            live.epoch(responder, allowed, epochs.first());
                        }
                    });
        }
    }
}
