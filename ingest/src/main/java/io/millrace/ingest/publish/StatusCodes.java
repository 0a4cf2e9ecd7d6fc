package io.millrace.ingest.publish;

/** Codes of {@code onStatus} with level error that are sent to encoders. */
final class StatusCodes {
    /**
     * Another publisher has the name. Some versions of OBS ignore this code and stop only when the connection is
     * closed.
     */
    static final String BAD_NAME = "NetStream.Publish.BadName";
    /** Any failure of the server. OBS reconnects on this code. */
    static final String FAILED = "NetStream.Failed";

    /** The publisher is not allowed to publish. OBS, FFmpeg and GStreamer show this to their user. */
    static final String DENIED = "NetStream.Publish.Denied";
    /** A limit is exceeded. OBS handles this code, too. */
    static final String REJECTED = "NetStream.Publish.Rejected";

    private StatusCodes() {}
}
