package io.millrace.media.rtmp;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What a {@link ServerSession} tells its shell; {@code streamId} is one of createStream. Immutable but for the body of media,
 * which belongs to the receiver.
 */
public sealed interface ServerEvent {
    /**
     * Answer with {@link ServerSession#acceptPublish} or {@link ServerSession#end}; media waits until then.
     *
     * @param path application and name joined, query and {@code _definst_} removed; not yet checked to be a stream's name
     * @param query of the name, the application and tcUrl, in that order, joined by {@code &}; empty without one
     * @param client flashVer, printable, at most {@link RtmpLimits#CLIENT_CHARS}
     * @param tcUrl as it came
     */
    record PublishRequested(int streamId, String path, String query, String client,
            String tcUrl) implements ServerEvent {}

    /** One message of the accepted publisher; {@code @setDataFrame} is stripped. Timestamp: the 32 bits, ms. */
    record Media(int streamId, MediaKind kind, int timestamp, ByteBuffer body) implements ServerEvent {}

    /** The publisher ended in good order, or gave up before it was answered. The connection stays. */
    record Unpublished(int streamId) implements ServerEvent {}

    /**
     * Answer with {@link ServerSession#acceptPlay} or {@link ServerSession#end}, as soon or as late as there is something to
     * play.
     *
     * @param path and the next two as in {@link PublishRequested}
     * @param fourCcs what the player says in connect that it takes of Enhanced RTMP; {@code *} is everything
     * @param durationMs how much it wants to see, or {@link PlayDuration#UNLIMITED}
     */
    record PlayRequested(int streamId, String path, String query, String client, Set<String> fourCcs,
            long durationMs) implements ServerEvent {
        public PlayRequested {
            fourCcs = Set.copyOf(fourCcs);
        }
    }

    /** The player is told already; it gets nothing more until it goes on. */
    record PlayPaused(int streamId, boolean paused) implements ServerEvent {}

    /** What the player wants to get from now on. */
    record PlayTracks(int streamId, boolean audio, boolean video) implements ServerEvent {}

    /** The player ended, or gave up before it was answered. The connection stays. */
    record PlayStopped(int streamId) implements ServerEvent {}

    /** The session has written a refusal by itself and takes no more: drain and close. */
    record Refused(String code, String description) implements ServerEvent {}

    /** The peer sent what says nothing to us: for the meters, nothing has to be done. */
    record PassedOver(What what) implements ServerEvent {
        public enum What {
            UNKNOWN_MESSAGE, UNKNOWN_COMMAND,
            /** Audio, video or data for a stream that the peer does not publish. */
            MEDIA_WITHOUT_PUBLISH
        }
    }
}
