package io.millrace.media.codec;

/** Every codec that a track of ours can have. Issue by issue more of them get a {@link CodecConfig}. */
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
}
