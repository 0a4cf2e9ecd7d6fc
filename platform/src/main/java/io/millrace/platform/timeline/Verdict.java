package io.millrace.platform.timeline;

import java.util.List;
import java.util.Locale;

/** The session fold's decision about one record. Immutable. */
public sealed interface Verdict {
    /** The changes that the record caused, in order. */
    List<SessionEvent> events();

    /**
     * The packet is part of the stream.
     *
     * @param epoch the epoch of the packet
     * @param session the session of the packet, which is the current one
     * @param timeMs time on the epoch's FLV timeline, which starts at 0
     * @param newLine whether a new line of RTMP timestamps begins here: at the first frame of a session, or at a jump
     * @param lost number of the session's packets that are missing before this one
     */
    record Counts(long epoch, long session, long timeMs, boolean newLine, long lost,
            List<SessionEvent> events) implements Verdict {}

    /** The packet is dropped. */
    record Ignored(Reason reason, List<SessionEvent> events) implements Verdict {}

    /** The record is not a packet. There are no events if the record is void or a repetition. */
    record Control(List<SessionEvent> events) implements Verdict {}

    enum Reason {
        /** The log has no claim of the packet's session, or the claim was withdrawn. */
        UNKNOWN_SESSION,
        /** A greater session has taken over. */
        LESSER_SESSION,
        /** The grace period had expired before the packet. */
        AFTER_END,
        /** The packet is a repetition. */
        DUPLICATE,
        /** The other track's timestamps have jumped, and this track's have not (yet). */
        OFF_LINE;

        /** The name of the reason in metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
