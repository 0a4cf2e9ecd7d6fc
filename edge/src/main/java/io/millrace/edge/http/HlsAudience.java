package io.millrace.edge.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.platform.net.AddressCounts;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.time.Duration;

/**
 * Who watches by HLS, as far as an edge can tell: an address and a player are a viewer as long as they ask for playlists.
 * What a player calls itself is its own choice, so only {@link #NETWORK_LIMIT} of one network count; more are served and
 * not counted, and nobody else's place is taken.
 *
 * <p>Thread-safe; bounded.
 */
final class HlsAudience {
    /** Longer than the longest target duration (12 s): a player asks for its playlist once in that time. */
    private static final Duration PRESENCE = Duration.ofSeconds(15);
    /** Players do not ask for long once they are refused. */
    private static final Duration REFUSAL = Duration.ofMinutes(1);
    private static final int VIEWER_LIMIT = 100_000;
    /** Viewers of one IPv4 address or IPv6 /64: the makes of players behind one router, times the streams they watch. */
    static final int NETWORK_LIMIT = 100;
    /** Of what players call themselves so much is kept: more than any that is honest. */
    private static final int PLAYER_LIMIT = 256;

    private record Session(String stream, String host, String player) {}

    private final Viewers viewers;
    private final EdgeMeters meters;
    private final AddressCounts networks = new AddressCounts(NETWORK_LIMIT);
    private final Cache<Session, Viewer> present;
    private final Cache<Session, Boolean> kicked;

    HlsAudience(Viewers viewers, EdgeMeters meters, Ticker ticker) {
        this.viewers = viewers;
        this.meters = meters;
        kicked = Caffeine.newBuilder().expireAfterWrite(REFUSAL).maximumSize(VIEWER_LIMIT).ticker(ticker).build();
        // The scheduler has them counted out also while nobody asks for anything.
        present = Caffeine.newBuilder().expireAfterAccess(PRESENCE).maximumSize(VIEWER_LIMIT)
                .ticker(ticker).scheduler(Scheduler.systemScheduler()).executor(Runnable::run)
                .removalListener((Session session, Viewer viewer, RemovalCause _) -> left(session, viewer)).build();
    }

    /** Somebody asks for a live playlist. Gives whether they are refused, which is answered then. */
    boolean refuses(Exchange exchange, String stream) {
        String player = exchange.headers().get(HttpHeaderNames.USER_AGENT, "");
        var session = new Session(stream, exchange.remoteHost(),
                player.substring(0, Math.min(player.length(), PLAYER_LIMIT)));
        if (kicked.getIfPresent(session) != null) {
            exchange.error(HttpResponseStatus.FORBIDDEN, "kicked", "this viewer was let go by the operator");
            return true;
        }
        if (present.get(session, this::joined) == null) {
            // Places of those who no longer ask are free for the next request.
            present.cleanUp();
        }
        return false;
    }

    /** Null if its network has as many as count. */
    private Viewer joined(Session session) {
        if (!networks.enter(network(session.host()))) {
            return null;
        }
        return viewers.joined(Protocol.HLS, session.stream(), session.host(), session.player(), () -> kick(session));
    }

    private void left(Session session, Viewer viewer) {
        networks.leave(network(session.host()));
        viewers.left(viewer);
    }

    /** A channel without an address is of this machine. A zone says nothing about a peer, and may be gone when it leaves. */
    private static InetAddress network(String host) {
        return host.isEmpty()
                ? InetAddress.getLoopbackAddress()
                : InetAddress.ofLiteral(host.replaceFirst("%.*", ""));
    }

    private void kick(Session session) {
        meters.closed(Protocol.HLS, "kicked");
        kicked.put(session, true);
        present.invalidate(session);
    }
}
