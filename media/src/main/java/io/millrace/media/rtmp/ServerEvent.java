package io.millrace.media.rtmp;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * An event that a {@link ServerSession} reports to its caller; {@code streamId} is an ID of createStream. Immutable
 * except for the body of media, which the receiver owns.
 */
public sealed interface ServerEvent {
    /**
     * The peer asks to publish. Answer with {@link ServerSession#acceptPublish} or {@link ServerSession#end}; media is
     * held until then.
     *
     * @param path application and name joined, without query and {@code _definst_}; not yet checked to be a valid
     *     stream name
     * @param query the queries of the name, the application and tcUrl, in that order, joined by {@code &}; empty if
     *     there is none
     * @param client flashVer, printable characters only, at most {@link RtmpLimits#CLIENT_CHARS}
     * @param tcUrl as received
     */
    record PublishRequested(int streamId, String path, String query, String client,
            String tcUrl) implements ServerEvent {}

    /** One message of an accepted publisher, without {@code @setDataFrame}. The timestamp is the 32-bit value, ms. */
    record Media(int streamId, MediaKind kind, int timestamp, ByteBuffer body) implements ServerEvent {}

    /** The publisher ended its publish, or withdrew its request before it was answered. The connection stays open. */
    record Unpublished(int streamId) implements ServerEvent {}

    /**
     * The peer asks to play. Answer with {@link ServerSession#acceptPlay} or {@link ServerSession#end}; the answer may
     * be delayed until there is something to play.
     *
     * @param path as in {@link PublishRequested}, like {@code query}, {@code client} and {@code tcUrl}
     * @param fourCcs codecs of Enhanced RTMP that the player accepts according to connect; {@code *} for all
     * @param durationMs the requested duration, or {@link PlayDuration#UNLIMITED}
     */
    record PlayRequested(int streamId, String path, String query, String client, String tcUrl, Set<String> fourCcs,
            long durationMs) implements ServerEvent {
        public PlayRequested {
            fourCcs = Set.copyOf(fourCcs);
        }
    }

    /** The player paused or resumed; the session has confirmed it. Send no media while it is paused. */
    record PlayPaused(int streamId, boolean paused) implements ServerEvent {}

    /** The player changed which kinds of media it wants to receive. */
    record PlayTracks(int streamId, boolean audio, boolean video) implements ServerEvent {}

    /** The player stopped, or withdrew its request before it was answered. The connection stays open. */
    record PlayStopped(int streamId) implements ServerEvent {}

    /** The session has refused a request and accepts no more input: write the output and close. */
    record Refused(String code, String description) implements ServerEvent {}

    /** The peer sent a message that was ignored. For metrics; no action is needed. */
    record PassedOver(What what) implements ServerEvent {
        public enum What {
            UNKNOWN_MESSAGE, UNKNOWN_COMMAND,
            /** Audio, video or data for a stream that the peer does not publish. */
            MEDIA_WITHOUT_PUBLISH,
            /** One message of a publisher, for which the process had no memory; the publish continues. */
            MEDIA_WITHOUT_MEMORY
        }
    }
}
