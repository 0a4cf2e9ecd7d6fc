package io.millrace.tools.past;

import java.time.Instant;
import java.util.Optional;

/**
 * A time range of a stream's media, in PROGRAM-DATE-TIME.
 *
 * @param from start of the range: media begins with the keyframe at or before it; if empty, the range starts with the
 *        newest epoch, or with the epoch that contains {@code to}
 * @param to end of the range, exclusive; empty if the range has no end
 */
public record LogRange(Optional<Instant> from, Optional<Instant> to) {}
