package io.millrace.launcher.settings;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How often viewers of HTTP-FLV are written to at most: a time, or {@code auto}, which is for the edge to fill in as the
 * load allows. Immutable.
 *
 * @param nanos 0: whenever something comes; empty for auto
 */
public record FlvTick(OptionalLong nanos) {
    /** Viewers of a live stream notice more. */
    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException saying what would be right */
    static FlvTick parse(String text) {
        if (text.strip().equals("auto")) {
            return new FlvTick(OptionalLong.empty());
        }
        Duration tick = TimeSpan.parse(text);
        if (tick.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + text + "' is more than 1s");
        }
        return new FlvTick(OptionalLong.of(tick.toNanos()));
    }
}
