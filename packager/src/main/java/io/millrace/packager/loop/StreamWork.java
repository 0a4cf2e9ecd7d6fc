package io.millrace.packager.loop;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;

/** State of one stream: the newest processed cut, and the open segment. Confined to the loop. */
final class StreamWork {
    private static final long NONE = -1;
    /** Greater than the number of any segment: nothing of the epoch follows. */
    private static final long ENDED = Long.MAX_VALUE;

    private long epoch = NONE;
    private long segment = NONE;
    private int part = -1;
    private long quarantinedSession = NONE;
    /** The segment that waits for its next part, or null. */
    OpenSegment open;

    /** Identities increase in log order; a cut whose identity does not is a repetition. */
    boolean isRepeated(Cut cut) {
        if (cut.epoch() != epoch) {
            return cut.epoch() < epoch;
        }
        return cut.segment() != segment ? cut.segment() < segment : cut.part() <= part;
    }

    void taken(Cut cut) {
        epoch = cut.epoch();
        segment = cut.segment();
        part = cut.part();
    }

    boolean isRepeated(EpochEnded ended) {
        return ended.epoch() < epoch || ended.epoch() == epoch && segment == ENDED;
    }

    void taken(EpochEnded ended) {
        epoch = ended.epoch();
        segment = ENDED;
    }

    void quarantine(long session) {
        quarantinedSession = session;
    }

    boolean isQuarantined(Cut cut) {
        return cut.session() == quarantinedSession;
    }
}
