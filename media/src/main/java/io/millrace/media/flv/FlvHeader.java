package io.millrace.media.flv;

/**
 * The header of an FLV file (Adobe FLV 10.1, E.2): {@code 'FLV' | version:8 = 1 | flags:8 | dataOffset:32 = 9}.
 *
 * <p>Immutable. The flags must match the tracks: mpegts.js waits for every announced track and never starts if one is
 * missing. Files of other programs may have wrong flags, so readers do not rely on them.
 */
public record FlvHeader(boolean hasAudio, boolean hasVideo) {
    /** Size of the header without PreviousTagSize0. */
    public static final int SIZE_BYTES = 9;

    static final int AUDIO_FLAG = 0x04;
    static final int VIDEO_FLAG = 0x01;
}
