package io.millrace.ingest.publish;

/** What encoders are told in {@code onStatus} of level error. */
final class StatusCodes {
    /** Another publisher has the name. OBS does not act on it in all versions: the close is what ends it. */
    static final String BAD_NAME = "NetStream.Publish.BadName";
    /** Anything on our side. OBS knows this one and connects again. */
    static final String FAILED = "NetStream.Failed";

    /** Not allowed. OBS, FFmpeg and GStreamer tell their user. */
    static final String DENIED = "NetStream.Publish.Denied";
    /** More than is allowed. OBS knows this one, too. */
    static final String REJECTED = "NetStream.Publish.Rejected";

    private StatusCodes() {}
}
