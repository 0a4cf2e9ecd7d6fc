package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/** What a {@link ServerSession} tells its shell. Immutable but for the body of media, which belongs to the receiver. */
public sealed interface ServerEvent {
    /**
     * Answer with {@link ServerSession#acceptPublish} or {@link ServerSession#close}; media waits until then.
     *
     * @param path application and name joined, query and {@code _definst_} removed; not yet checked to be a stream's name
     * @param query of the name, the application and tcUrl, in that order, joined by {@code &}; empty without one
     * @param client flashVer, printable, at most {@link RtmpLimits#CLIENT_CHARS}
     * @param tcUrl as it came
     */
    record PublishRequested(String path, String query, String client, String tcUrl) implements ServerEvent {}

    /** One message of the accepted publisher; {@code @setDataFrame} is stripped. Timestamp: the 32 bits, ms. */
    record Media(MediaKind kind, int timestamp, ByteBuffer body) implements ServerEvent {}

    /** The publisher ended in good order, or gave up before it was answered. The connection stays. */
    record Unpublished() implements ServerEvent {}

    /** Answer with {@link ServerSession#close}. */
    record PlayRequested(String path, String query) implements ServerEvent {}

    /** The session has written a refusal by itself and takes no more: drain and close. */
    record Refused(String code, String description) implements ServerEvent {}

    /** The peer sent what says nothing to us: for the meters, nothing has to be done. */
    record PassedOver(What what) implements ServerEvent {
        public enum What { UNKNOWN_MESSAGE, UNKNOWN_COMMAND }
    }
}
