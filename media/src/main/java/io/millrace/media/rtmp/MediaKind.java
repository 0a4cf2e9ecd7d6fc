package io.millrace.media.rtmp;

/** Content of a media message: an FLV audio tag body, an FLV video tag body, or AMF0 data. */
public enum MediaKind {
    AUDIO, VIDEO, DATA
}
