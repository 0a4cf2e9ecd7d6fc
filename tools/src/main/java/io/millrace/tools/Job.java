package io.millrace.tools;

import io.millrace.platform.UserError;

/** A task that ends by itself: a push, an export, a replay. */
public interface Job {
    /**
     * Runs the task. Returns when it is done, or soon after {@link #cancel}.
     *
     * @throws UserError with a one-line message for the user
     */
    void run() throws InterruptedException;

    /** Makes {@link #run} end soon and in good order. Thread-safe; may be called before {@link #run}. */
    void cancel();
}
