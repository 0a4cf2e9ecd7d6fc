package io.millrace.edge.players;

import io.millrace.media.cmcd.CmcdReport;
import io.millrace.media.cmcd.CmcdReport.Measures;

/**
 * The reports of one playback session so far, folded. Immutable.
 *
 * @param network address or IPv6 /64 that the first report came from
 * @param measures the newest value of each measure; of the start delay, the first one
 * @param stalls since the session began, as far as it has reported them
 */
record PlayerSession(String network, Measures measures, long stalls) {
    static PlayerSession begin(String network) {
        return new PlayerSession(network, Measures.NONE, 0);
    }

    PlayerSession with(CmcdReport report) {
        Measures more = report.measures();
        return new PlayerSession(network, new Measures(
                measures.startDelayMs() >= 0 ? measures.startDelayMs() : more.startDelayMs(),
                newer(more.latencyMs(), measures.latencyMs()), newer(more.bitrateKbps(), measures.bitrateKbps()),
                newer(more.bufferMs(), measures.bufferMs())), stalls(report.starvation()));
    }

    /** A player of version 2 counts its stalls; one of version 1 says with its next request that there was one. */
    private long stalls(CmcdReport.Starvation starvation) {
        return starvation.count() == CmcdReport.UNKNOWN
                ? stalls + (starvation.now() ? 1 : 0)
                : Math.max(stalls, starvation.count());
    }

    private static long newer(long reported, long before) {
        return reported >= 0 ? reported : before;
    }
}
