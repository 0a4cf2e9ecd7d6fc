package io.millrace.media.codec;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The codecs that a track can have; each has a {@link CodecConfig}. */
public enum Codec {
    AVC(true, "H.264"), HEVC(true, "HEVC"), AV1(true, "AV1"), VP9(true, "VP9"), AAC(false, "AAC"), OPUS(false,
            "Opus"), FLAC(false, "FLAC"), MP3(false, "MP3"), AC3(false, "AC-3"), EAC3(false, "E-AC-3");

    private final boolean video;
    private final String label;

    Codec(boolean video, String label) {
        this.video = video;
        this.label = label;
    }

    /** Returns the name of the codec in messages. */
    public String label() {
        return label;
    }

    public boolean isVideo() {
        return video;
    }

    /**
     * Returns the configuration in a frame's own header for codecs that have no sequence header; empty for the others.
     * Fields that may differ between frames are excluded, so that frames of one stream have equal configurations.
     *
     * @throws io.millrace.media.bytes.MediaException if the header cannot be parsed
     */
    public Optional<CodecConfig> inBand(ByteBuffer frame) {
        return switch (this) {
            case MP3 -> Optional.of(Mp3Config.ofFrame(frame));
            case AC3 -> Optional.of(Ac3Config.ofFrame(frame));
            case EAC3 -> Optional.of(Eac3Config.ofFrame(frame));
            case AVC, HEVC, AV1, VP9, AAC, OPUS, FLAC -> Optional.empty();
        };
    }

    /** Returns whether every frame contains its configuration, see {@link #inBand}. */
    public boolean isSelfDescribing() {
        return this == MP3 || this == AC3 || this == EAC3;
    }
}
