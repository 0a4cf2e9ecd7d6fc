package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.event.Level;

/**
 * What all publications of a node share. Immutable.
 *
 * @param media what each may send
 * @param ceilingBitsPerSecond of each, 0 for none
 * @param clock the wall clock
 * @param log what encoders cause to be written to it
 */
record PublishContext(MediaLimits media, long ceilingBitsPerSecond, InstantSource clock,
        IngestMeters meters, PeerLog log) {
    /** A line about an encoder: one fact, and not more of them than its peer has. */
    void log(Level level, String address, String format, Object... arguments) {
        log.log(level, PeerNetwork.ofEndpoint(address), format, arguments);
    }

    /** The ingest stamp, µs since 1970. */
    long nowUs() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
