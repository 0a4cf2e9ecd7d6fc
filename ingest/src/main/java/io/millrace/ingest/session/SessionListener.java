package io.millrace.ingest.session;

import io.millrace.platform.log.SessionNotice;

/**
 * Receives the new records of {@code sessions}, in order for each stream. Called on the feed's thread; must not block.
 */
public interface SessionListener {
    /**
     * Called when a notice was read.
     *
     * @param history whether the notice was in the log when this process started
     */
    void onNotice(SessionNotice notice, boolean history);

    /** Called when the tombstone of a session was read. */
    void onTombstone(String stream, long session);
}
