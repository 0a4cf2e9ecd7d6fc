package io.millrace.media.flv;

/**
 * The header of an FLV file (Adobe FLV 10.1, E.2): {@code 'FLV' | version:8 = 1 | flags:8 | dataOffset:32 = 9}.
 *
 * <p>Immutable. mpegts.js waits for every track that is announced here: a wrong flag means it never starts.
 */
public record FlvHeader(boolean hasAudio, boolean hasVideo) {
    /** Bytes of the header without PreviousTagSize0. */
    public static final int SIZE_BYTES = 9;

    static final int AUDIO_FLAG = 0x04;
    static final int VIDEO_FLAG = 0x01;
}
