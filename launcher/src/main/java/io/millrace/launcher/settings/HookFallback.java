package io.millrace.launcher.settings;

import java.time.Duration;

/** The decision about a request if the hook does not answer. */
enum HookFallback {
    ALLOW, DENY;

    private static final Duration LONGEST_HOOK = Duration.ofSeconds(30);

    /** @throws IllegalArgumentException if a hook may not take this long */
    static void checkTimeout(String flag, Duration timeout) {
        Check.that(timeout.isPositive() && timeout.compareTo(LONGEST_HOOK) <= 0,
                flag + " must be more than 0s and 30s or less");
    }
}
