package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.net.AddressCounts;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.time.Duration;

/**
 * Estimates the number of viewers by HLS or DASH: one player at one address counts as a viewer while it requests playlists. A
 * client can choose its User-Agent, so only {@link #NETWORK_LIMIT} viewers of one network are counted; further ones are
 * served but not counted, and cannot displace others.
 *
 * <p>Thread-safe; bounded.
 */
public final class HlsAudience {
    /**
     * A viewer is counted for this long after its last request. Longer than the longest target duration (12 s), in
     * which a player requests its playlist at least once.
     */
    private static final Duration PRESENCE = Duration.ofSeconds(15);
    /** How long a viewer that was disconnected is refused. Players soon stop sending requests. */
    private static final Duration REFUSAL = Duration.ofMinutes(1);
    /** Maximum number of counted viewers. */
    private static final int VIEWER_LIMIT = 100_000;
    /**
     * Maximum number of counted viewers per IPv4 address or IPv6 /64: the different players behind one router, times
     * the streams that they watch.
     */
    public static final int NETWORK_LIMIT = 100;

    private final Protocol protocol;
    private final Viewers viewers;
    private final EdgeMeters meters;
    private final AddressCounts networks = new AddressCounts(NETWORK_LIMIT);
    private final Cache<HlsSession, Viewer> present;
    private final Cache<HlsSession, Boolean> kicked;

    public HlsAudience(Protocol protocol, Viewers viewers, EdgeMeters meters, Ticker ticker) {
        this(protocol, viewers, meters, ticker, VIEWER_LIMIT);
    }

    /** @param viewerLimit how many viewers are counted at a time; one more displaces one of them */
    HlsAudience(Protocol protocol, Viewers viewers, EdgeMeters meters, Ticker ticker, int viewerLimit) {
        this.protocol = protocol;
        this.viewers = viewers;
        this.meters = meters;
        kicked = refusals(viewerLimit).ticker(ticker).build();
        // The scheduler expires viewers even while no request arrives.
        present = Caffeine.newBuilder().expireAfterAccess(PRESENCE).maximumSize(viewerLimit)
                .ticker(ticker).scheduler(Scheduler.systemScheduler()).executor(Runnable::run)
                .removalListener((HlsSession session, Viewer viewer, RemovalCause _) -> left(session, viewer)).build();
    }

    static Caffeine<Object, Object> refusals(int limit) {
        return Caffeine.newBuilder().expireAfterWrite(REFUSAL).maximumSize(limit);
    }

    /**
     * Records a request for a live playlist. Returns true, after answering the request with 403, if the operator has
     * disconnected the viewer.
     */
    public boolean refuses(Responder responder, String stream) {
        var session = HlsSession.of(responder.request(), stream);
        if (kicked.getIfPresent(session) != null) {
            responder.error(HttpResponseStatus.FORBIDDEN, "kicked", "disconnected by the operator");
            return true;
        }
        watches(session);
        return false;
    }

    /** Counts the viewer, or prolongs its presence. */
    void watches(HlsSession session) {
        if (present.get(session, this::joined) == null) {
            // Frees the places of expired viewers for the next request.
            present.cleanUp();
        }
    }

    /** Adds a viewer. Returns null if the limit of its network is reached. */
    private Viewer joined(HlsSession session) {
        if (!networks.enter(network(session.host()))) {
            return null;
        }
        return viewers.joined(protocol, session.stream(), session.host(), session.player(), session.viewer(),
                () -> kick(session));
    }

    private void left(HlsSession session, Viewer viewer) {
        networks.leave(network(session.host()));
        viewers.left(viewer);
    }

    /**
     * Returns the address under which a session is counted. A channel without an address is local. An IPv6 zone is
     * removed: it does not identify a peer, and its interface may be gone.
     */
    private static InetAddress network(String host) {
        return host.isEmpty()
                ? InetAddress.getLoopbackAddress()
                : InetAddress.ofLiteral(host.replaceFirst("%.*", ""));
    }

    private void kick(HlsSession session) {
        meters.closed(protocol, "kicked");
        kicked.put(session, true);
        present.invalidate(session);
    }
}
