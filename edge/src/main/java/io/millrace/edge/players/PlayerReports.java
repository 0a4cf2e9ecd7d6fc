package io.millrace.edge.players;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.meters.AudienceMeters;
import io.millrace.edge.meters.AudienceMeters.Outcome;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.cmcd.CmcdReader;
import io.millrace.media.cmcd.CmcdReport;
import java.util.Map;

/**
 * Takes the reports of players, within limits, and counts what became of each. No report is logged. Thread-safe; called
 * on event loops.
 */
public final class PlayerReports {
    private final ReportQuota quota;
    private final PlayerSessions sessions;
    private final AudienceMeters meters;

    /** @param ticker the clock of the limits and of the sessions' expiry */
    public PlayerReports(Ticker ticker, AudienceMeters meters) {
        this.meters = meters;
        quota = new ReportQuota(ticker);
        sessions = new PlayerSessions(ticker, PlayerSessions.LIMIT, () -> meters.count(Outcome.DISPLACED));
    }

    /** Returns whether a network may send another report now, and counts one that may not. */
    public boolean permits(String network) {
        boolean permitted = quota.permits(network);
        if (!permitted) {
            meters.count(Outcome.TOO_MANY);
        }
        return permitted;
    }

    /**
     * Reads a report that belongs to a request for media. To be called when the client may play the stream.
     *
     * @param text the report as {@link CmcdReader} takes it
     */
    public void requested(String network, String stream, String text) {
        if (permits(network)) {
            try {
                take(network, stream, CmcdReader.read(text));
            } catch (MediaException _) {
                meters.count(Outcome.MALFORMED);
            }
        }
    }

    /** Takes a report about a stream that exists and that the client may play. */
    public void take(String network, String stream, CmcdReport report) {
        if (report.session() == null) {
            meters.count(Outcome.NO_SESSION);
        } else {
            meters.count(sessions.add(network, stream, report) ? Outcome.ACCEPTED : Outcome.TOO_MANY_PLAYERS);
        }
    }

    /** Returns the sums by stream of the players that have reported to this edge recently. */
    Map<String, StreamAudience> byStream() {
        return sessions.byStream();
    }

    /** Returns the sums over all players that have reported to this edge recently. */
    StreamAudience all() {
        var all = new StreamAudience();
        sessions.forEach((_, session) -> all.add(session));
        return all;
    }
}
