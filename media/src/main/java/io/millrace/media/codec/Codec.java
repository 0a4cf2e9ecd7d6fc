package io.millrace.media.codec;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The codecs that a track can have; each has a {@link CodecConfig}. */
public enum Codec {
    AVC(true), HEVC(true), AV1(true), VP9(true), AAC(false), OPUS(false), FLAC(false), MP3(false), AC3(false), EAC3(
            false);

    private final boolean video;

    Codec(boolean video) {
        this.video = video;
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
