package io.millrace.platform.log;

import java.util.List;

/**
 * What the players of one stream that report to one edge experience at a moment. The edge writes one per stream and
 * interval; the newest of each edge counts. It has sums and distributions only: nothing about a single player, no
 * address and no identifier of a session.
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
