package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.platform.net.PeerLog;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Settings, clock, meters and log that all publications of a node share. Immutable.
 *
 * @param media limits of the media of one publisher
 * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for none
 * @param orphans sessions that no publication has
 * @param clock the wall clock
 * @param monotonicMs a clock that never jumps, ms
 * @param meters meters of the node
 * @param log log of this process, limited per peer
 * @param random source of nonces; thread-safe
 */
record PublishContext(MediaLimits media, long ceilingBitsPerSecond, OrphanedSessions orphans,
        InstantSource clock, LongSupplier monotonicMs, IngestMeters meters, PeerLog log,
        RandomGenerator random) {
    /** Returns the ingest timestamp of now, µs since 1970. */
    long nowUs() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
