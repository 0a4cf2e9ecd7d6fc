package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What all publications of a node share. Immutable.
 *
 * @param media what each may send
 * @param ceilingBitsPerSecond of each, 0 for none
 * @param clock the wall clock
 */
record PublishContext(MediaLimits media, long ceilingBitsPerSecond, InstantSource clock,
        IngestMeters meters) {
    /** The ingest stamp, µs since 1970. */
    long nowUs() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
