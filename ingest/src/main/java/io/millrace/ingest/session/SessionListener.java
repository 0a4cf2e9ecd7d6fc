package io.millrace.ingest.session;

import io.millrace.platform.log.SessionNotice;

/** Hears what is new in {@code sessions}, in order for each stream. Called by the feed's thread; must not block. */
public interface SessionListener {
    void heard(SessionNotice notice);

    /** Nothing is kept of the session any more. */
    void forgotten(String stream, long session);
}
