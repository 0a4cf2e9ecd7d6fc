package io.millrace.platform.session;

import java.util.List;

/** What the session fold says of one record. Immutable. */
public sealed interface Verdict {
    /** What the record changed, in order. */
    List<SessionEvent> events();

    /**
     * The packet is part of the stream.
     *
     * @param epoch the epoch that it belongs to
     * @param session its session, which is the current one
     * @param timeMs when it is due on the epoch's FLV time line, which starts at 0
     * @param newLine whether RTMP timestamps start anew here: the session's first frame, or a jump
     * @param lost packets of the session that are missing before this one
     */
    record Counts(long epoch, long session, long timeMs, boolean newLine, long lost,
            List<SessionEvent> events) implements Verdict {}

    /** The packet counts for nothing. */
    record Ignored(Reason reason, List<SessionEvent> events) implements Verdict {}

    /** The record is no packet. Without events it was void or a repetition. */
    record Control(List<SessionEvent> events) implements Verdict {}

    enum Reason {
        /** Its session's claim is not in the log, or was withdrawn. */
        UNKNOWN_SESSION,
        /** A greater session took over. */
        LESSER_SESSION,
        /** Grace was over before it came. */
        AFTER_END,
        /** It was there before. */
        DUPLICATE,
        /** The other track's timestamps jumped and this one's did not (yet). */
        OFF_LINE;

        /** For metrics. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
