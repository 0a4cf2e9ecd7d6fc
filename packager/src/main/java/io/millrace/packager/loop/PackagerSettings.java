package io.millrace.packager.loop;

import java.time.Duration;

/**
 * Settings of one packager.
 *
 * @param node id of this process, part of the Kafka client ids
 * @param cacheBytes limit of cached packets per partition that wait for their cut; evicted packets are read again when
 *     the cut arrives
 * @param inFlightBytes limit of parts that Kafka has not acknowledged; above it, no cut is processed
 * @param commitEvery shortest interval between two commits of the positions
 */
public record PackagerSettings(String node, long cacheBytes, long inFlightBytes, Duration commitEvery) {
    /** Enough for ten seconds of eight streams of 6 Mbit/s in one partition. */
    private static final long CACHE_BYTES = 64L << 20;
    private static final long IN_FLIGHT_BYTES = 32L << 20;

    /** The default settings for a node. */
    public static PackagerSettings of(String node) {
        return new PackagerSettings(node, CACHE_BYTES, IN_FLIGHT_BYTES, Duration.ofSeconds(1));
    }
}
