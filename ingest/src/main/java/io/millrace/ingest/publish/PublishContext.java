package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import io.millrace.ingest.IngestSettings;
import java.time.Instant;
import java.time.InstantSource;

/**
 * What all publications of a node share. Immutable.
 *
 * @param limits bounds and times
 * @param ceilingBitsPerSecond of each, 0 for none
 * @param clock the wall clock
 */
record PublishContext(IngestSettings.Limits limits, long ceilingBitsPerSecond, InstantSource clock,
        IngestMeters meters) {
    /** The ingest stamp, µs since 1970. */
    long nowUs() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
