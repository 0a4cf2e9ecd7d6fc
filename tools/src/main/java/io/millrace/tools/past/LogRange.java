package io.millrace.tools.past;

import java.time.Instant;
import java.util.Optional;

/**
 * A time range of a stream, as PROGRAM-DATE-TIME.
 *
 * @param from start of the range; empty: start of the newest epoch, or of the epoch that contains {@code to}
 * @param to end of the range, exclusive; empty: no end
 */
public record LogRange(Optional<Instant> from, Optional<Instant> to) {}
