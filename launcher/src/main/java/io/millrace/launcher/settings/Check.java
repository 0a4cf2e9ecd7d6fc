package io.millrace.launcher.settings;

/** Checks the values of flags, which {@link ServeOptions#check} reports. */
final class Check {
    private Check() {}

    /** @throws IllegalArgumentException with {@code message} if a condition does not hold */
    static void that(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
