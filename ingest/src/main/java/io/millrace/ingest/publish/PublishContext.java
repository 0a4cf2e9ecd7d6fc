package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.Clocks;
import io.millrace.platform.net.PeerLog;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Settings, clocks, meters and log that all publications of a node share. Immutable.
 *
 * @param media limits of the media of one publisher
 * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for no limit
 * @param orphans sessions that belong to no publication
 * @param clocks clocks of the node
 * @param meters meters of the node
 * @param log log of this process, limited per peer
 * @param random source of nonces; thread-safe
 */
record PublishContext(MediaLimits media, long ceilingBitsPerSecond, OrphanedSessions orphans,
        Clocks clocks, IngestMeters meters, PeerLog log, RandomGenerator random) {
    PublishContext limited(MediaLimits limits, long bitsPerSecond) {
        return new PublishContext(limits, bitsPerSecond, orphans, clocks, meters, log, random);
    }

    /** Returns the wall clock. */
    InstantSource clock() {
        return clocks.wall();
    }

    /** Returns the time of a clock that never jumps, in ms; its origin has no meaning. */
    long monotonicMs() {
        return clocks.monotonicMs().getAsLong();
    }

    /** Returns the ingest timestamp of a message that arrives now, in µs since 1970 by the wall clock. */
    long nowUs() {
        Instant now = clock().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
