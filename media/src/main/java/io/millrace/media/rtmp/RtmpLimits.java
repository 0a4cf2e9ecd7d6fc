package io.millrace.media.rtmp;

import io.millrace.media.amf.Amf0Reader;

/**
 * Limits that a peer must not exceed; a peer that does is disconnected. Immutable.
 *
 * @param messages maximum length of a message by kind
 * @param beforeMedia what a peer may send before its first media is accepted
 * @param chunkStreams maximum number of chunk streams of a connection; encoders use up to 6
 * @param partialBytes maximum memory of incomplete messages of a connection, all chunk streams together
 * @param messageStreams maximum number of message streams that are open at the same time
 * @param aggregateMessages maximum number of messages in one aggregate; the default is enough for seconds of audio and
 *     video
 * @param commandAmf limits within one command
 * @param names maximum length of names
 */
public record RtmpLimits(MessageBytes messages, BeforeMedia beforeMedia, int chunkStreams, int partialBytes,
        int messageStreams, int aggregateMessages, Amf0Reader.Limits commandAmf, NameChars names) {

    /**
     * Upper bound for the length of a message: each becomes one packet in the log, and this is a packet's maximum size.
     */
    public static final int MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
    /** Upper bound for the memory of one connection, and for the bytes that a peer may send before it is accepted. */
    public static final int CONNECTION_BYTES_MAX = 256 * 1024 * 1024;
    /** Upper bound for message counts: even an empty message takes memory. */
    public static final int MESSAGES_MAX = 64 * 1024;

    /** The defaults. The longest data messages seen in practice are onMetaData messages that contain XMP. */
    public static final RtmpLimits DEFAULT = new RtmpLimits(
            new MessageBytes(64, 64 * 1024, 256 * 1024, 256 * 1024, MESSAGE_BYTES_MAX),
            new BeforeMedia(64 * 1024, 256 * 1024, 200, 1_024), 32, 16 * 1024 * 1024, 4, 1_024,
            Amf0Reader.Limits.COMMAND, new NameChars(256, 512, 2048, 2560));

    /**
     * Memory that is allocated for the message of an accepted peer when its header arrives. Beyond this, memory is at
     * most twice the bytes that have arrived.
     */
    static final int EAGER_BYTES = 64 * 1024;
    /** Memory that is allocated for a message when its header arrives, while the peer does not publish or play yet. */
    static final int PENDING_EAGER_BYTES = 1024;
    /** The chunk size until the first Set Chunk Size, and the smallest accepted: smaller chunks only waste CPU. */
    static final int CHUNK_SIZE_MIN = 128;
    /** The largest effective chunk size: a message's length field has 24 bits. */
    static final int CHUNK_SIZE_MAX = 0xFF_FFFF;
    /** Length to which flashVer is truncated. */
    static final int CLIENT_CHARS = 256;

    /** @throws IllegalArgumentException if a limit is out of range; the message names the limit and its bound */
    public RtmpLimits {
        check("chunk streams", chunkStreams, 1, Integer.MAX_VALUE);
        if (partialBytes < messages.longest()) {
            throw new IllegalArgumentException("bytes of incomplete messages: the limit cannot be " + partialBytes
                    + ", less than the longest message, " + messages.longest());
        }
        check("bytes of incomplete messages", partialBytes, 1, CONNECTION_BYTES_MAX);
        check("message streams", messageStreams, 1, Integer.MAX_VALUE);
        check("messages of an aggregate", aggregateMessages, 1, MESSAGES_MAX);
    }

    /**
     * Limits on the data that a peer sends before its first media is accepted.
     *
     * @param connectBytes maximum number of bytes between the handshake and the end of {@code connect}
     * @param publishBytes maximum number of bytes between {@code connect} and an accepted publish
     * @param commands maximum number of commands before the first media message
     * @param messages maximum number of media messages held for an encoder that does not wait for the reply to publish
     */
    public record BeforeMedia(int connectBytes, int publishBytes, int commands, int messages) {
        public BeforeMedia {
            check("bytes before connect", connectBytes, 1, CONNECTION_BYTES_MAX);
            check("bytes before publish", publishBytes, 1, CONNECTION_BYTES_MAX);
            check("commands before media", commands, 1, Integer.MAX_VALUE);
            check("messages before publish", messages, 1, MESSAGES_MAX);
        }
    }

    /**
     * Maximum length of a message by kind, in bytes.
     *
     * @param control types 1 to 6, which need at most 10 bytes; user control events seen in practice stay well below 64
     * @param command commands, shared objects and unknown types
     * @param video video messages and aggregates
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
                case COMMAND_AMF3, COMMAND, OTHER, UNWANTED, DROPPED -> command;
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
     * Maximum length of names, in characters.
     *
     * @param app the application, without its query
     * @param name the stream, without its query
     * @param query the queries of application, stream and tcUrl together
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
