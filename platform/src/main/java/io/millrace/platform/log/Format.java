package io.millrace.platform.log;

/** A container format that the packager writes. A format and its tracks are a {@link RenditionId}. */
public enum Format {
    /** MPEG-TS (ISO/IEC 13818-1), the default tracks muxed. */
    TS,
    /** CMAF (ISO/IEC 23000-19), one track in each rendition. */
    CMAF
}
