package io.millrace.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * How long a test waits for an event that is certain to occur. The limit only ends a test that hangs, and is not
 * reached even on a slow machine.
 */
public final class Patience {
    public static final Duration TIME = Duration.ofMinutes(2);
    public static final int MILLIS = (int) TIME.toMillis();
    private static final Duration POLL = Duration.ofMillis(20);

    private Patience() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(TIME).pollDelay(Duration.ZERO).pollInterval(POLL);
    }
}
