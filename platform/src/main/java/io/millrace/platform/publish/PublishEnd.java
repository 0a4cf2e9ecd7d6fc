package io.millrace.platform.publish;

/**
 * Why a server refuses or ends a publish. Each protocol maps these values to codes that the protocol's encoders
 * understand.
 */
public enum PublishEnd {
    /** The access policy refuses the publisher. */
    DENIED,
    /** Other publishers use the name. */
    NAME_IN_USE,
    /** A limit of the server leaves no room for the publisher. */
    OVER_LIMIT,
    /** The server cannot accept a publisher at the moment. */
    UNAVAILABLE,
    /** Another publisher took the stream over. */
    TAKEN_OVER,
    /** {@code sessions} no longer contains a record of the session, so other nodes would not learn of the session. */
    FORGOTTEN,
    /** The log did not accept the claim to the name. */
    CLAIM_FAILED,
    /** A packet was lost. The session cannot continue, because readers would not notice the gap. */
    PACKET_LOST,
    /**
     * The disk is nearly full. If it were full, the broker would fail, and with it the retained media of all streams.
     */
    DISK_FULL,
    /** The server shuts down. */
    SHUTDOWN,
    /** The publisher exceeds its bitrate limit. */
    BITRATE,
    /** The operator has disconnected the publisher. */
    KICKED,
    /** The publisher sent too many malformed messages. */
    MALFORMED,
    /** A bug in this process. */
    INTERNAL_ERROR
}
