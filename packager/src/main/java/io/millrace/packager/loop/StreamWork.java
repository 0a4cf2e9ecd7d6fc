package io.millrace.packager.loop;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartId;

/** State of one stream: the newest processed cut, and the open segment. Confined to the partition's worker. */
final class StreamWork {
    private static final long NONE = -1;

    /** The newest processed part, or null. */
    private PartId newest;
    private long quarantinedSession = NONE;
    /** The segment that waits for its next part, or null. */
    OpenSegment open;

    /** Identities increase in log order; a cut whose identity does not is a repetition. */
    boolean isRepeated(Cut cut) {
        return newest != null && cut.id().compareTo(newest) <= 0;
    }

    void taken(Cut cut) {
        newest = cut.id();
    }

    /** Notes that a session's media cannot be muxed. Returns whether that is new. */
    boolean quarantine(long session) {
        boolean isNew = session != quarantinedSession;
        quarantinedSession = session;
        return isNew;
    }
}
