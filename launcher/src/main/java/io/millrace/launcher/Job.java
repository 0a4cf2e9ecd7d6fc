package io.millrace.launcher;

import io.millrace.platform.UserError;

/** Work with an end: a push, an export, a replay. */
public interface Job {
    /**
     * Does it; returns at its end, or soon after {@link #cancel}.
     *
     * @throws UserError one line for people
     */
    void run() throws InterruptedException;

    /** Ends {@link #run} soon, in good order. Thread-safe, also in advance. */
    void cancel();
}
