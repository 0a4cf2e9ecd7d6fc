package io.millrace.media.codec;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Every codec that a track of ours can have; each has a {@link CodecConfig}. */
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
     * The configuration that a frame carries in its own header, for the codecs that have no sequence header; empty for the
     * others. What may differ from frame to frame is left out, so that equal sound gives equal configurations.
     *
     * @throws io.millrace.media.bytes.MediaException a header that cannot be read
     */
    public Optional<CodecConfig> inBand(ByteBuffer frame) {
        return switch (this) {
            case MP3 -> Optional.of(Mp3Config.ofFrame(frame));
            case AC3 -> Optional.of(Ac3Config.ofFrame(frame));
            case EAC3 -> Optional.of(Eac3Config.ofFrame(frame));
            case AVC, HEVC, AV1, VP9, AAC, OPUS, FLAC -> Optional.empty();
        };
    }

    /** Whether every frame says what {@link #inBand} wants to know. */
    public boolean isSelfDescribing() {
        return this == MP3 || this == AC3 || this == EAC3;
    }
}
