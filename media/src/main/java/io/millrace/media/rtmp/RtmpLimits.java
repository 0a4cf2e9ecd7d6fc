package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Reader;

/**
 * What a peer may ask of us before its connection is closed. Immutable; the constants are no matter of taste.
 *
 * @param messages the longest message of each kind
 * @param beforeConnectBytes after the handshake, up to the end of {@code connect}
 * @param beforePublishBytes after {@code connect}, until a publish was accepted
 * @param chunkStreams distinct chunk streams of a connection; encoders use up to 6
 * @param partialBytes memory of messages that are not complete yet, over all chunk streams of a connection
 * @param messageStreams those of createStream that are open at the same time
 * @param commandsBeforeMedia commands before the first media message
 * @param messagesBeforePublish media of an encoder that does not wait for the answer to publish, kept for that
 * @param aggregateMessages in one aggregate; seconds of audio and video
 * @param commandAmf what one command may hold
 * @param names the longest names
 */
public record RtmpLimits(MessageBytes messages, int beforeConnectBytes, int beforePublishBytes, int chunkStreams,
        int partialBytes, int messageStreams, int commandsBeforeMedia, int messagesBeforePublish,
        int aggregateMessages, Amf0Reader.Limits commandAmf, NameChars names) {

    /** A message becomes one packet of the log, and that is at most this. */
    public static final int MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
    /** What one connection may be allowed of memory, and of bytes that nobody has asked for. */
    public static final int CONNECTION_BYTES_MAX = 256 * 1024 * 1024;
    /** Each takes memory of its own, however short it is. */
    public static final int MESSAGES_MAX = 64 * 1024;

    /** onMetaData with XMP in it is the longest data that is seen. */
    public static final RtmpLimits DEFAULT = new RtmpLimits(
            new MessageBytes(64, 64 * 1024, 256 * 1024, 256 * 1024, MESSAGE_BYTES_MAX), 64 * 1024, 256 * 1024, 32,
            16 * 1024 * 1024, 4, 200, 1_024, 1_024, Amf0Reader.Limits.COMMAND, new NameChars(256, 512, 2048, 2560));

    /** The memory that a header of an accepted peer can claim; beyond it memory is at most twice the bytes that arrived. */
    static final int EAGER_BYTES = 64 * 1024;
    /** The same of a peer that does not publish or play yet. */
    static final int STRANGER_EAGER_BYTES = 1024;
    /** The chunk size before the first Set Chunk Size, and the least that we accept: less only burns CPU. */
    static final int CHUNK_SIZE_MIN = 128;
    /** The length field has 24 bits, so more than this changes nothing. */
    static final int CHUNK_SIZE_MAX = 0xFF_FFFF;
    /** What is kept of flashVer. */
    static final int CLIENT_CHARS = 256;

    /** @throws IllegalArgumentException saying which limit makes no sense, and what would */
    public RtmpLimits {
        check("bytes before connect", beforeConnectBytes, 1, CONNECTION_BYTES_MAX);
        check("bytes before publish", beforePublishBytes, 1, CONNECTION_BYTES_MAX);
        check("chunk streams", chunkStreams, 1, Integer.MAX_VALUE);
        if (partialBytes < messages.longest()) {
            throw new IllegalArgumentException("bytes of incomplete messages: the limit cannot be " + partialBytes
                    + ", less than the longest message, " + messages.longest());
        }
        check("bytes of incomplete messages", partialBytes, 1, CONNECTION_BYTES_MAX);
        check("message streams", messageStreams, 1, Integer.MAX_VALUE);
        check("commands before media", commandsBeforeMedia, 1, Integer.MAX_VALUE);
        check("messages before publish", messagesBeforePublish, 1, MESSAGES_MAX);
        check("messages of an aggregate", aggregateMessages, 1, MESSAGES_MAX);
    }

    /**
     * The longest message of each kind.
     *
     * @param control types 1 to 6, which need at most 10; user control events of the wild stay well below 64
     * @param command commands, shared objects and types that we do not know
     * @param video aggregates too
     */
    public record MessageBytes(int control, int command, int data, int audio, int video) {
        private static final int CONTROL_MIN = 10;

        public MessageBytes {
            check("bytes of a control message", control, CONTROL_MIN, MESSAGE_BYTES_MAX);
            check("bytes of a command", command, 1, MESSAGE_BYTES_MAX);
            check("bytes of a data message", data, 1, MESSAGE_BYTES_MAX);
            check("bytes of an audio message", audio, 1, MESSAGE_BYTES_MAX);
            check("bytes of a video message", video, 1, MESSAGE_BYTES_MAX);
        }

        int of(MessageType type) {
            return switch (type) {
                case SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_ACK_SIZE, SET_PEER_BANDWIDTH ->
                    control;
                case COMMAND_AMF3, COMMAND, OTHER, UNWANTED -> command;
                case DATA_AMF3, DATA -> data;
                case AUDIO -> audio;
                case VIDEO, AGGREGATE -> video;
            };
        }

        private int longest() {
            return Math.max(Math.max(control, command), Math.max(data, Math.max(audio, video)));
        }
    }

    /**
     * The longest names, in characters.
     *
     * @param app the application, without a query
     * @param name the stream, without a query
     * @param query of both and of tcUrl together
     */
    public record NameChars(int app, int name, int query, int tcUrl) {
        private static final int MAX = 64 * 1024;

        public NameChars {
            check("characters of an application", app, 1, MAX);
            check("characters of a stream's name", name, 1, MAX);
            check("characters of a query", query, 1, MAX);
            check("characters of tcUrl", tcUrl, 1, MAX);
        }
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + ": the limit cannot be " + value
                            + (value < least ? ", less than " + least : ", more than " + most));
        }
    }
}
