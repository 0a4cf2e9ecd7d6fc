package io.millrace.packager.loop;

import java.time.Duration;

/**
 * Settings of one packager.
 *
 * @param node id of this process, part of the Kafka client ids
 * @param cacheBytes limit of cached packets that wait for their cut, shared by all partitions; evicted packets are read
 *     again when the cut arrives
 * @param inFlightBytes limit of parts that Kafka has not acknowledged, shared by all partitions; a partition that has
 *     used its share processes no cut. Each partition can exceed it by one part
 * @param commitEvery shortest interval between two commits of the positions
 */
public record PackagerSettings(String node, long cacheBytes, long inFlightBytes, Duration commitEvery) {
    /** Half of it is enough for ten seconds of sixteen streams of 6 Mbit/s in one partition. */
    private static final long CACHE_BYTES = 256L << 20;
    private static final long IN_FLIGHT_BYTES = 32L << 20;

    /** The default settings for a node. */
    public static PackagerSettings of(String node) {
        return new PackagerSettings(node, CACHE_BYTES, IN_FLIGHT_BYTES, Duration.ofSeconds(1));
    }
}
