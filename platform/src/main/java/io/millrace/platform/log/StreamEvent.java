package io.millrace.platform.log;

import java.util.Locale;

/**
 * Reports one event in the life of a stream: a value of {@code events}, keyed by the stream. Written at least once.
 * {@link #id} is the same in every repetition, so readers can drop repetitions, for example with {@link EventFold}.
 *
 * @param stream name of the stream
 * @param epoch number of the epoch
 * @param session number of the session; -1 for an event of several epochs
 * @param atMs when the event occurred, ms since 1970, by the clock of the ingest node that wrote its cause
 * @param code machine-readable detail: the code of a warning, the reason for an absence; otherwise empty
 * @param text detail for people, such as the message of a warning; may be empty
 * @param cue the cue of {@link Type#CUE}; otherwise null
 */
public record StreamEvent(String stream, Type type, Cause cause, long epoch, long session, long atMs, String code,
        String text, Cue cue) implements LogRecord {
    /** Creates an event other than a cue. */
    public StreamEvent(String stream, Type type, Cause cause, long epoch, long session, long atMs, String code,
            String text) {
        this(stream, type, cause, epoch, session, atMs, code, text, null);
    }

    /** Kinds of events. The API and webhooks use the names in lower case. */
    public enum Type {
        /** An epoch has begun with its first session. */
        PUBLISHED,
        /** The epoch's first segment is complete. */
        FIRST_SEGMENT,
        /** Another session has replaced the live session of the epoch. */
        TOOK_OVER,
        /** The session has lost its encoder, and the grace period has begun. */
        AWAY,
        /** The stream continues in the grace period, with the same session or another one. */
        BACK,
        /** The epoch is over. */
        ENDED,
        /** A warning of the session has begun. */
        WARNING,
        /** The cause of a warning has not been observed for a while. */
        WARNING_GONE,
        /** Retention has deleted all media of an epoch, and of all earlier ones. */
        EXPIRED,
        /** A cue point has been recorded, or the end of a date range. */
        CUE;

        /** Returns the name in the API. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Identifies the event among those of its stream, and orders them.
     *
     * @param position generation and offset in {@code packets} of the record that caused the event, in the format of
     *        session numbers; the epoch's number for {@link Type#EXPIRED}
     * @param number number of the event among those that the record caused, from 0; from {@link #LOSS} on for events
     *        that a loss of records after this one caused
     */
    public record Cause(long position, int number) implements Comparable<Cause> {
        /** First number of the events that a loss of records caused. No record causes nearly as many events itself. */
        public static final int LOSS = 1_000_000;

        @Override
        public int compareTo(Cause other) {
            return position == other.position
                    ? Integer.compare(number, other.number)
                    : Long.compare(position, other.position);
        }
    }

    /** Returns the event that reports the expiry of a stream's epochs. */
    public static StreamEvent expired(StreamExpiry expiry, long atMs) {
        return new StreamEvent(expiry.stream(), Type.EXPIRED, new Cause(expiry.lastEpoch(), 0), expiry.lastEpoch(), -1,
                atMs, "", "");
    }

    /** Returns the identity: printable ASCII, unique among all events of the log. */
    public String id() {
        return stream + '#' + cause.position + (type == Type.EXPIRED ? ".expired" : "." + cause.number);
    }
}
