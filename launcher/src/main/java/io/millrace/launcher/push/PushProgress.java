package io.millrace.launcher.push;

/** Hears of every message that was sent, on the job's thread; must be quick. */
public interface PushProgress {
    /**
     * @param bytes of all bodies so far
     * @param mediaMs timestamp of the last message, from 0
     */
    void sent(long bytes, long mediaMs);

    /** Something went wrong that is being mended: one line for people. */
    default void trouble(String what) {
        // Only who reconnects has any.
    }
}
