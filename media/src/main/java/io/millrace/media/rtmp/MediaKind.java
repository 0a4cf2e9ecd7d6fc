package io.millrace.media.rtmp;

/** What a media message carries: an FLV audio or video tag body, or AMF0 data. */
public enum MediaKind {
    AUDIO, VIDEO, DATA
}
