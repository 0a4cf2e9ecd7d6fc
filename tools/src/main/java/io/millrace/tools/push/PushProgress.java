package io.millrace.tools.push;

/** Receives the progress of a push or replay. Called on the job's thread after every message; must be quick. */
public interface PushProgress {
    /**
     * A message was sent.
     *
     * @param bytes size of all bodies so far
     * @param mediaMs timestamp of the last message, from 0
     */
    void sent(long bytes, long mediaMs);

    /** Reports a problem that does not end the job, in one line for the user. */
    default void trouble(String what) {
        // Ignored by default.
    }
}
