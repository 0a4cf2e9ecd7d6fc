package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The four-character code by which Enhanced RTMP identifies a codec. */
public enum FourCc {
    AVC1("avc1", Codec.AVC), HVC1("hvc1", Codec.HEVC), AV01("av01", Codec.AV1), VP09("vp09", Codec.VP9), MP4A("mp4a",
            Codec.AAC), OPUS("Opus",
                    Codec.OPUS), FLAC("fLaC", Codec.FLAC), MP3(".mp3", Codec.MP3), AC3("ac-3", Codec.AC3), EC3("ec-3",
                            Codec.EAC3);

    private final String text;
    private final int code;
    private final Codec codec;

    FourCc(String text, Codec codec) {
        this.text = text;
        this.code = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)).getInt();
        this.codec = codec;
    }

    /** Returns the FourCC of a codec. */
    public static FourCc of(Codec codec) {
        for (FourCc fourCc : values()) {
            if (fourCc.codec == codec) {
                return fourCc;
            }
        }
        throw new IllegalArgumentException(codec + " has no FourCC");
    }

    /** Returns the codec of {@code code}, or empty if it is unknown or of the other kind (audio or video). */
    static Optional<Codec> codec(int code, boolean video) {
        for (FourCc fourCc : values()) {
            if (fourCc.code == code && fourCc.codec.isVideo() == video) {
                return Optional.of(fourCc.codec);
            }
        }
        return Optional.empty();
    }

    /** Returns the characters for error messages, with {@code ?} for those that are not printable. */
    static String describe(int code) {
        StringBuilder text = new StringBuilder();
        for (int shift = 24; shift >= 0; shift -= 8) {
            int character = code >>> shift & 0xFF;
            text.append(character >= ' ' && character < 0x7F ? (char) character : '?');
        }
        return text.toString();
    }

    public String text() {
        return text;
    }

    public Codec codec() {
        return codec;
    }

    /** Returns the characters as a big-endian integer. */
    public int code() {
        return code;
    }
}
