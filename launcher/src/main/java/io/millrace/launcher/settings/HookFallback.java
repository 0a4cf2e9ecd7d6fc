package io.millrace.launcher.settings;

import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.HookForm;
import java.net.URI;
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

    /** Returns the settings of a hook with this fallback; null if {@code url} is null. */
    AccessSettings.Hook hook(URI url, HookForm form, Duration timeout) {
        return url == null ? null : new AccessSettings.Hook(url, form, timeout, this == ALLOW);
    }
}
