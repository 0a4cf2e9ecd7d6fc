package io.millrace.media.rtmp;

/** What a peer may ask of us before its connection is closed. Sizes in bytes. */
public final class RtmpLimits {
    /** Types 1 to 6 need at most 10; user control events of the wild stay well below. */
    public static final int CONTROL_BYTES = 64;
    /** Commands, shared objects and types that we do not know. */
    public static final int COMMAND_BYTES = 64 * 1024;
    /** onMetaData with XMP in it is the largest that is seen. */
    public static final int DATA_BYTES = 256 * 1024;
    public static final int AUDIO_BYTES = 256 * 1024;
    /** Video and aggregates; also the largest packet of the log. */
    public static final int VIDEO_BYTES = 8 * 1024 * 1024;

    /** Distinct chunk streams of a connection; encoders use up to 6. */
    public static final int CHUNK_STREAMS = 32;
    /** Memory of messages that are not complete yet, over all chunk streams of a connection. */
    public static final int PARTIAL_BYTES = 16 * 1024 * 1024;
    /** The memory that a header alone can claim; beyond it memory follows the bytes that arrived. */
    public static final int EAGER_BYTES = 64 * 1024;

    /** The chunk size before the first Set Chunk Size, and the least that we accept: less only burns CPU. */
    public static final int CHUNK_SIZE_MIN = 128;
    /** The length field has 24 bits, so more than this changes nothing. */
    public static final int CHUNK_SIZE_MAX = 0xFF_FFFF;

    /** After the handshake, up to the end of {@code connect}. */
    public static final int BEFORE_CONNECT_BYTES = 64 * 1024;
    /** After {@code connect}, until a publish was accepted. */
    public static final int BEFORE_PUBLISH_BYTES = 256 * 1024;
    /** Messages in one aggregate: seconds of audio and video. */
    public static final int AGGREGATE_MESSAGES = 1_024;
    /** Messages of an encoder that does not wait for the answer to publish, kept for that. */
    public static final int EARLY_MESSAGES = 1_024;
    /** Message streams (createStream) that are open at the same time. */
    public static final int MESSAGE_STREAMS = 4;
    /** Commands before the first media message. */
    public static final int COMMANDS_BEFORE_MEDIA = 200;

    public static final int APP_CHARS = 256;
    public static final int NAME_CHARS = 512;
    public static final int QUERY_CHARS = 2048;
    public static final int TC_URL_CHARS = 2560;
    /** What is kept of flashVer. */
    public static final int CLIENT_CHARS = 256;

    private RtmpLimits() {}
}
