package io.millrace.packager;

import java.time.Duration;

/**
 * Settings of one packager.
 *
 * @param node this process's id, part of Kafka client ids
 * @param cacheBytes packets of one partition that wait for their cut; older ones are read again when it comes
 * @param inFlightBytes parts that the log has not acknowledged; more, and no cut is taken
 * @param commitEvery how often positions are committed at most
 */
public record PackagerSettings(String node, long cacheBytes, long inFlightBytes, Duration commitEvery) {
    /** Ten seconds of eight streams of 6 Mbit/s in one partition. */
    private static final long CACHE_BYTES = 64L << 20;
    private static final long IN_FLIGHT_BYTES = 32L << 20;

    /** The defaults for everything but the node. */
    public static PackagerSettings of(String node) {
        return new PackagerSettings(node, CACHE_BYTES, IN_FLIGHT_BYTES, Duration.ofSeconds(1));
    }
}
