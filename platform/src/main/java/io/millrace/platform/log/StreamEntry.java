package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The directory's entry of one epoch of a stream. Rewritten when something in it changes; the newest record of a key
 * counts.
 *
 * @param stream the stream's name
 * @param epoch number of its first session
 * @param session its newest session
 * @param state whether it goes on
 * @param rules of the epoch
 * @param firstOffset offset in {@code packets} of the first packet that counts
 * @param sessionOffset offset in {@code packets} of the first packet of {@code session}
 * @param lastOffset offset in {@code packets} that this entry speaks of
 * @param timestampOffsetMs the session fold's offset for the FLV time line at {@code sessionOffset}
 * @param startedAtMs of the epoch, ms since 1970
 * @param sessionStartedAtMs of the session
 * @param endedAtMs when its last session ended, 0 while live
 * @param node ingest node of the session
 * @param address of the encoder
 * @param client the encoder's name: {@code encoder} of its metadata, or as in {@link SessionStarted} until it says so
 * @param targetDurationS EXT-X-TARGETDURATION, 0 until it is fixed
 * @param lastSegment number of the newest segment that is closed, -1 without one; of an ended epoch its last one
 * @param bitrate of the last segments, bits a second, 0 until known
 * @param tracks known tracks; empty until the first segment is open
 * @param sessions every session of the epoch, oldest first
 * @param warnings what is wrong with the stream
 */
public record StreamEntry(String stream, long epoch, long session, State state, EpochRules rules, long firstOffset,
        long sessionOffset, long lastOffset, long timestampOffsetMs, long startedAtMs, long sessionStartedAtMs,
        long endedAtMs, String node, String address, String client, int targetDurationS, long lastSegment, long bitrate,
        List<Track> tracks, List<Session> sessions, List<Warning> warnings) implements LogRecord {

    public enum State { LIVE, GRACE, ENDED }

    /**
     * @param id track number, 0 but for multitrack
     * @param kind audio or video
     * @param codec name of {@code media.codec.Codec}
     * @param config codec configuration record
     */
    public record Track(int id, Packet.Kind kind, String codec, ByteBuffer config) {}

    /**
     * @param session its number
     * @param startedAtMs wall clock, ms since 1970
     * @param endedAtMs 0 while live
     * @param durationMs of media cut so far
     * @param sizeBytes of media cut so far
     * @param codecs RFC 6381 strings
     */
    public record Session(long session, long startedAtMs, long endedAtMs, long durationMs, long sizeBytes,
            List<String> codecs) {}

    /** @param code a word, such as {@code long_gop} */
    public record Warning(String code, String message) {}
}
