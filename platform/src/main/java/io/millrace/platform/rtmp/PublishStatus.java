package io.millrace.platform.rtmp;

import io.millrace.platform.publish.PublishEnd;

/**
 * The RTMP form of a {@link PublishEnd}.
 *
 * @param reason reason that the meter of closed connections counts
 * @param code code of onStatus with level error
 */
record PublishStatus(CloseReason reason, String code) {
    /** The publisher is not allowed to publish. OBS, FFmpeg and GStreamer show this to their user. */
    static final String DENIED = "NetStream.Publish.Denied";
    /** Any failure of the server. OBS reconnects on this code. */
    static final String FAILED = "NetStream.Failed";
    /**
     * Another publisher has the name. Some versions of OBS ignore this code and stop only when the connection is
     * closed.
     */
    private static final String BAD_NAME = "NetStream.Publish.BadName";
    /** A limit is exceeded. OBS handles this code, too. */
    private static final String REJECTED = "NetStream.Publish.Rejected";

    static PublishStatus of(PublishEnd end) {
        return switch (end) {
            case DENIED -> new PublishStatus(CloseReason.REFUSED, DENIED);
            case NAME_IN_USE -> new PublishStatus(CloseReason.REFUSED, BAD_NAME);
            case OVER_LIMIT -> new PublishStatus(CloseReason.REFUSED, REJECTED);
            case UNAVAILABLE -> new PublishStatus(CloseReason.REFUSED, FAILED);
            case TAKEN_OVER -> new PublishStatus(CloseReason.TAKEN_OVER, BAD_NAME);
            case FORGOTTEN -> new PublishStatus(CloseReason.TAKEN_OVER, FAILED);
            case CLAIM_FAILED, PACKET_LOST -> new PublishStatus(CloseReason.LOG, FAILED);
            case DISK_FULL -> new PublishStatus(CloseReason.DISK_FULL, REJECTED);
            case SHUTDOWN -> new PublishStatus(CloseReason.SHUTDOWN, FAILED);
            case BITRATE -> new PublishStatus(CloseReason.BITRATE, REJECTED);
            case KICKED -> new PublishStatus(CloseReason.KICKED, REJECTED);
            case MALFORMED -> new PublishStatus(CloseReason.MALFORMED, FAILED);
            case INTERNAL_ERROR -> new PublishStatus(CloseReason.INTERNAL_ERROR, FAILED);
        };
    }
}
