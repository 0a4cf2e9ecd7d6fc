package io.millrace.platform.log;

import java.util.List;

/**
 * The playback quality of one stream at a point in time, over the players that report to one edge. The edge writes one
 * report per stream and interval; the newest report of each edge counts. A report contains only sums and distributions:
 * nothing about a single player, no address and no identifier of a session.
 *
 * @param edge random name of the edge's process
 * @param atMs wall clock of the edge, ms since 1970
 * @param players the playback sessions that have reported recently; 0 once, after the last one
 */
public record AudienceReport(String stream, String edge, long atMs, int players, Stalls stalls,
        Measures measures) implements LogRecord {
    /**
     * Stalls of these players.
     *
     * @param players those that have stalled since they began
     * @param count their stalls, together
     */
    public record Stalls(int players, long count) {}

    /** The distribution of each measure over the players that report it; the buckets are those of the edge. */
    public record Measures(List<Bucket> startDelayMs, List<Bucket> latencyMs, List<Bucket> bitrateKbps,
            List<Bucket> bufferMs) {
        public Measures {
            startDelayMs = List.copyOf(startDelayMs);
            latencyMs = List.copyOf(latencyMs);
            bitrateKbps = List.copyOf(bitrateKbps);
            bufferMs = List.copyOf(bufferMs);
        }
    }

    /**
     * A bucket of a distribution that is not empty. Values below 16 have a bucket each; above, eight buckets of equal
     * width divide the values from a power of two to the next one.
     *
     * @param index from 0 in the order of the values
     */
    public record Bucket(int index, int players) {}
}
