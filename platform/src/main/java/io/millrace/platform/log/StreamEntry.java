package io.millrace.platform.log;

import java.util.List;

/**
 * The directory entry of one epoch of a stream. The segmenter writes the entry again whenever it changes; the newest
 * record of a key is valid.
 *
 * @param stream name of the stream
 * @param epoch number of the epoch's first session
 * @param state whether the epoch is live, in its grace period, or ended
 * @param rules rules of the epoch
 * @param span the span of the epoch in the log and in time
 * @param session the newest session
 * @param playlist state of the HLS playlist
 * @param sessions the newest sessions of the epoch, oldest first; earlier ones may be missing
 */
public record StreamEntry(String stream, long epoch, State state, EpochRules rules, Span span, NewestSession session,
        Playlist playlist, List<Session> sessions) implements LogRecord {

    public enum State { LIVE, GRACE, ENDED }

    /** Returns the epoch's name in media URLs. */
    public EpochName name() {
        return new EpochName(epoch, rules.nonce());
    }

    /** Returns this entry with another list of sessions. */
    public StreamEntry withSessions(List<Session> other) {
        return new StreamEntry(stream, epoch, state, rules, span, session, playlist, other);
    }

    /**
     * The span of an epoch in {@code packets} and in time.
     *
     * @param firstOffset offset of the record with which the epoch began
     * @param lastOffset offset of the record that led to this entry
     * @param startedAtMs start of the epoch, ms since 1970
     * @param endedAtMs end of the last session, ms since 1970; 0 while live
     */
    public record Span(long firstOffset, long lastOffset, long startedAtMs, long endedAtMs) {
        /** Returns the end of the last session, or {@code nowMs} while one is live; ms since 1970. */
        public long endMs(long nowMs) {
            return endedAtMs == 0 ? nowMs : endedAtMs;
        }
    }

    /**
     * The newest session of an epoch.
     *
     * @param number number of the session
     * @param offset offset in {@code packets} of the record with which the session took over
     * @param timestampOffsetMs offset that turns the session's RTMP timestamps into times of the epoch's FLV timeline,
     *     at its first frame
     * @param startedAtMs start of the session, ms since 1970
     * @param encoder as in {@link SessionStarted}, but the client is the {@code encoder} of the session's metadata if
     *     there is one
     * @param tracks the known tracks; empty until the epoch's first segment is open
     * @param warnings current warnings
     */
    public record NewestSession(long number, long offset, long timestampOffsetMs, long startedAtMs, Encoder encoder,
            List<Track> tracks, List<Warning> warnings) {
        /** Returns the packet at {@code offset}, where a reader can start. */
        public Keyframe start() {
            return new Keyframe(number, offset, timestampOffsetMs);
        }
    }

    /**
     * State of an epoch's playlist.
     *
     * @param targetDurationS EXT-X-TARGETDURATION in seconds, 0 until it is determined
     * @param partTargetTicks EXT-X-PART-INF's PART-TARGET, 90 kHz; 0 until it is determined, and in entries of version 1
     * @param lastSegment number of the newest closed segment, -1 without one; the last segment if the epoch has ended
     * @param bitrate bitrate of the newest segments, bits per second; 0 until known
     */
    public record Playlist(int targetDurationS, long partTargetTicks, long lastSegment, long bitrate) {
        /** Creates a state as in version 1 of the log. */
        public Playlist(int targetDurationS, long lastSegment, long bitrate) {
            this(targetDurationS, 0, lastSegment, bitrate);
        }

        /** Returns whether a segment is closed. */
        public boolean hasSegments() {
            return lastSegment >= 0;
        }
    }

    /**
     * A session of the epoch.
     *
     * @param session number of the session
     * @param startedAtMs wall clock, ms since 1970
     * @param endedAtMs wall clock, ms since 1970; 0 while live
     * @param durationMs duration of the media cut so far, including corrections of PROGRAM-DATE-TIME
     * @param sizeBytes size of the media cut so far
     * @param codecs RFC 6381 codec strings
     */
    public record Session(long session, long startedAtMs, long endedAtMs, long durationMs, long sizeBytes,
            List<String> codecs) {

        /** @param atMs 0 if the session continues */
        public Session withEnd(long atMs) {
            return new Session(session, startedAtMs, atMs, durationMs, sizeBytes, codecs);
        }

        public Session withMedia(long ofDurationMs, long ofSizeBytes) {
            return new Session(session, startedAtMs, endedAtMs, ofDurationMs, ofSizeBytes, codecs);
        }

        public Session withCodecs(List<String> others) {
            return new Session(session, startedAtMs, endedAtMs, durationMs, sizeBytes, others);
        }
    }

    /** @param code warning code, such as {@code long_gop} */
    public record Warning(String code, String message) {}
}
