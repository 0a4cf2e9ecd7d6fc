package io.millrace.edge.players;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.media.cmcd.CmcdReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The playback sessions that report to this edge, by stream and {@code sid}. A client can choose its {@code sid}, so
 * only {@link #NETWORK_LIMIT} sessions of one network are kept; further ones are refused, and cannot displace others.
 *
 * <p>Thread-safe; bounded. Nothing here is written anywhere, except sums.
 */
final class PlayerSessions {
    /** A session is over when it has not reported for this long. */
    static final Duration PRESENCE = Duration.ofMinutes(1);
    /** Maximum number of sessions; one more displaces one that reports seldom. */
    static final int LIMIT = 50_000;
    /** Maximum number of sessions per IPv4 address or IPv6 /64, as for viewers of HLS. */
    static final int NETWORK_LIMIT = 100;

    private record Key(String stream, String session) {}

    private final Cache<Key, PlayerSession> sessions;
    private final Map<String, Integer> networks = new ConcurrentHashMap<>();

    /**
     * @param ticker the clock by which sessions expire
     * @param displaced runs for each session that another one has displaced
     */
    PlayerSessions(Ticker ticker, int limit, Runnable displaced) {
        sessions = Caffeine.newBuilder().expireAfterWrite(PRESENCE).maximumSize(limit).ticker(ticker)
                .executor(Runnable::run).removalListener((Key _, PlayerSession gone, RemovalCause cause) -> {
                    if (cause != RemovalCause.REPLACED) {
                        leave(gone.network());
                    }
                    if (cause == RemovalCause.SIZE) {
                        displaced.run();
                    }
                }).build();
    }

    /**
     * Adds a report to its session.
     *
     * @param report has a session
     * @return false if the session is a new one, and its network has too many
     */
    boolean add(String network, String stream, CmcdReport report) {
        var key = new Key(stream, report.session());
        if (report.state() == CmcdReport.State.OVER) {
            sessions.invalidate(key);
            return true;
        }
        return sessions.asMap().compute(key, (_, before) -> {
            if (before != null) {
                return before.with(report);
            }
            return enter(network) ? PlayerSession.begin(network).with(report) : null;
        }) != null;
    }

    private boolean enter(String network) {
        if (networks.merge(network, 1, Integer::sum) > NETWORK_LIMIT) {
            leave(network);
            return false;
        }
        return true;
    }

    private void leave(String network) {
        networks.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Calls {@code each} with the stream and the state of every current session, and frees the places of those that
     * have expired.
     */
    void forEach(BiConsumer<String, PlayerSession> each) {
        sessions.cleanUp();
        sessions.asMap().forEach((key, session) -> each.accept(key.stream(), session));
    }

    /** Returns the sums by stream. */
    Map<String, StreamAudience> byStream() {
        Map<String, StreamAudience> byStream = new HashMap<>();
        forEach((stream, session) -> byStream.computeIfAbsent(stream, _ -> new StreamAudience()).add(session));
        return byStream;
    }

    /** Returns the number of networks that are remembered. */
    int networks() {
        return networks.size();
    }
}
