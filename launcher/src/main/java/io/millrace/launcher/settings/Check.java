package io.millrace.launcher.settings;

/** Checks the values of flags. {@link ServeOptions#check} reports the exceptions. */
final class Check {
    private Check() {}

    /** @throws IllegalArgumentException with {@code message} if {@code holds} is false */
    static void that(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
