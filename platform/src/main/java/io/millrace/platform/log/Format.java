package io.millrace.platform.log;

/** A container format that the packager writes. A format and its tracks are a {@link RenditionId}. */
public enum Format {
    TS
}
