package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The directory entry of one epoch of a stream. Written again whenever it changes; the newest record of a key is valid.
 *
 * @param stream name of the stream
 * @param epoch number of the epoch's first session
 * @param session number of the newest session
 * @param state whether the epoch is live, in its grace period, or ended
 * @param rules rules of the epoch
 * @param firstOffset offset in {@code packets} of the epoch's first packet that counts
 * @param sessionOffset offset in {@code packets} of the first packet of {@code session}
 * @param lastOffset offset in {@code packets} of the record that led to this entry
 * @param timestampOffsetMs the session fold's offset for the FLV timeline at {@code sessionOffset}
 * @param startedAtMs start of the epoch, ms since 1970
 * @param sessionStartedAtMs start of {@code session}, ms since 1970
 * @param endedAtMs end of the last session, ms since 1970; 0 while live
 * @param node ingest node of {@code session}
 * @param address address of the encoder
 * @param client name of the encoder: {@code encoder} of its metadata, or as in {@link SessionStarted} without one
 * @param targetDurationS EXT-X-TARGETDURATION in seconds, 0 until it is determined
 * @param lastSegment number of the newest closed segment, -1 without one; the last segment if the epoch has ended
 * @param bitrate of the newest segments, bits per second; 0 until known
 * @param tracks the known tracks; empty until the first segment is open
 * @param sessions the sessions of the epoch, oldest first
 * @param warnings current warnings of the newest session
 */
public record StreamEntry(String stream, long epoch, long session, State state, EpochRules rules, long firstOffset,
        long sessionOffset, long lastOffset, long timestampOffsetMs, long startedAtMs, long sessionStartedAtMs,
        long endedAtMs, String node, String address, String client, int targetDurationS, long lastSegment, long bitrate,
        List<Track> tracks, List<Session> sessions, List<Warning> warnings) implements LogRecord {

    public enum State { LIVE, GRACE, ENDED }

    /** Returns this entry with another list of sessions. */
    public StreamEntry withSessions(List<Session> other) {
        return new StreamEntry(stream, epoch, session, state, rules, firstOffset, sessionOffset, lastOffset,
                timestampOffsetMs, startedAtMs, sessionStartedAtMs, endedAtMs, node, address, client, targetDurationS,
                lastSegment, bitrate, tracks, other, warnings);
    }

    /**
     * A track of the newest session.
     *
     * @param id track number, 0 except in multitrack
     * @param kind audio or video
     * @param codec name of a {@code media.codec.Codec}
     * @param config codec configuration record
     */
    public record Track(int id, Packet.Kind kind, String codec, ByteBuffer config) {}

    /**
     * A session of the epoch.
     *
     * @param session number of the session
     * @param startedAtMs wall clock, ms since 1970
     * @param endedAtMs wall clock, ms since 1970; 0 while live
     * @param durationMs duration of the media cut so far
     * @param sizeBytes size of the media cut so far
     * @param codecs RFC 6381 codec strings
     */
    public record Session(long session, long startedAtMs, long endedAtMs, long durationMs, long sizeBytes,
            List<String> codecs) {}

    /** @param code warning code, such as {@code long_gop} */
    public record Warning(String code, String message) {}
}
