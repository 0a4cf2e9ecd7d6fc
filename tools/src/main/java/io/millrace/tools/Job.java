package io.millrace.tools;

import io.millrace.platform.UserError;

/** A task that ends by itself, such as a push, an export or a replay. It runs once. */
public interface Job {
    /**
     * Runs the task on the calling thread. Blocks until the task is done or has stopped after {@link #cancel}.
     *
     * @throws UserError if the task fails for a reason that the user can fix, even after {@link #cancel}; the message
     *        is one line
     * @throws InterruptedException if the thread is interrupted
     */
    void run() throws InterruptedException;

    /**
     * Makes {@link #run} stop in good order at the next opportunity. Returns immediately. A job that publishes closes its
     * connection, which also ends a blocked write; other operations, such as connecting, end by their own time limits
     * first. Thread-safe; may be called before {@link #run}.
     */
    void cancel();
}
