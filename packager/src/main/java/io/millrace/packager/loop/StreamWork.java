package io.millrace.packager.loop;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import java.util.HashSet;
import java.util.Set;

/** State of one stream: the newest processed cut, and the open segment. Confined to the partition's worker. */
final class StreamWork {
    private static final long NONE = -1;

    /** The newest processed part, or the end of its epoch; null before the first. */
    private PartId newest;
    private long quarantinedSession = NONE;
    /** The renditions of the quarantined session that cannot be muxed. */
    private final Set<RenditionId> quarantined = new HashSet<>();
    /** The segment that waits for its next part, or null. */
    OpenSegment open;

    /** Identities increase in log order; a cut whose identity does not is a repetition. */
    boolean isRepeated(Cut cut) {
        return newest != null && cut.id().compareTo(newest) <= 0;
    }

    /** Called when {@code cut} has been processed. */
    void taken(Cut cut) {
        newest = cut.id();
    }

    boolean isRepeated(EpochEnded ended) {
        return newest != null && endOf(ended).compareTo(newest) <= 0;
    }

    void taken(EpochEnded ended) {
        newest = endOf(ended);
    }

    /**
     * Returns an identity that is greater than those of all parts of the epoch, and less than those of later epochs.
     */
    static PartId endOf(EpochEnded ended) {
        return new PartId(ended.epoch(), Long.MAX_VALUE, 0);
    }

    /** Notes that a session's media cannot be muxed. Returns whether that is new, so that it is counted once. */
    boolean quarantine(long session) {
        boolean isNew = session != quarantinedSession;
        if (isNew) {
            quarantinedSession = session;
            quarantined.clear();
        }
        return isNew;
    }

    /** The same for one rendition of the {@link #quarantine quarantined} session, so that it is logged once. */
    boolean quarantine(RenditionId rendition) {
        return quarantined.add(rendition);
    }
}
