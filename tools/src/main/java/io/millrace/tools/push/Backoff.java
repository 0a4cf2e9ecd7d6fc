package io.millrace.tools.push;

import java.time.Duration;

/** The pause before each attempt to reconnect: 1 s, then twice as long each time, up to 30 s. Confined to one thread. */
public final class Backoff {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private Duration next = SHORTEST;

    /** Returns the pause before the next attempt. */
    public Duration next() {
        Duration pause = next;
        Duration twice = next.multipliedBy(2);
        next = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        return pause;
    }

    /** Begins again with the shortest pause, after an attempt that succeeded. */
    public void reset() {
        next = SHORTEST;
    }
}
