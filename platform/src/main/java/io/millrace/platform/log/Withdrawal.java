package io.millrace.platform.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * States that a run of an epoch's segments is withdrawn: no reader shows them any more. A value of {@code streams},
 * keyed by {@link Key}; its tombstone makes the media available again. Written by the operator's command, which finds
 * the segments and packets once, so that all readers agree about them. Removed when the epoch expires.
 *
 * @param stream name of the stream
 * @param epoch number of the epoch
 * @param atMs when the media was withdrawn, ms since 1970
 * @param reason the operator's words, for other operators; at most {@link #REASON_LIMIT} characters
 */
public record Withdrawal(String stream, long epoch, Extent extent, long atMs, String reason) implements LogRecord {
    public static final int REASON_LIMIT = 500;

    /**
     * The withdrawn range of the epoch.
     *
     * @param firstSegment number of the first segment, in all renditions
     * @param lastSegment number of the last segment, inclusive
     * @param fromOffset offset in {@code packets} of the keyframe with which the first segment begins
     * @param toOffset offset in {@code packets} after the last packet, where another segment begins or the log ended
     * @param fromMs PROGRAM-DATE-TIME of the first segment's start, ms since 1970
     * @param toMs PROGRAM-DATE-TIME of the last segment's end, ms since 1970
     */
    public record Extent(long firstSegment, long lastSegment, long fromOffset, long toOffset, long fromMs,
            long toMs) {}

    /**
     * The key of the record: {@code live/show#17-5-9} for the segments 5 to 9 of epoch 17. Withdrawals of other segments
     * are other records, so that none of them ends an earlier one.
     */
    public record Key(String stream, long epoch, long firstSegment, long lastSegment) {
        private static final Pattern SYNTAX = Pattern.compile("([^#]+)#(\\d{1,19})-(\\d{1,18})-(\\d{1,18})");

        /** Returns the key that {@code text} is; empty if it is one of another record. */
        public static Optional<Key> parse(String text) {
            Matcher key = SYNTAX.matcher(text == null ? "" : text);
            return key.matches()
                    ? Optional.of(new Key(key.group(1), Long.parseLong(key.group(2)), Long.parseLong(key.group(3)),
                            Long.parseLong(key.group(4))))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return stream + '#' + epoch + '-' + firstSegment + '-' + lastSegment;
        }
    }

    /** Returns the key of this record. */
    public Key key() {
        return new Key(stream, epoch, extent.firstSegment(), extent.lastSegment());
    }

    /** Returns whether a segment of the stream is withdrawn by this record. */
    public boolean hasSegment(long ofEpoch, long number) {
        return epoch == ofEpoch && number >= extent.firstSegment() && number <= extent.lastSegment();
    }

    /** Returns whether a packet of the stream is withdrawn by this record. */
    public boolean hasPacket(long ofEpoch, long offset) {
        return epoch == ofEpoch && offset >= extent.fromOffset() && offset < extent.toOffset();
    }
}
