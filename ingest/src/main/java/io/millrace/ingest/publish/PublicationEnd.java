package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;

/**
 * Why a publication ends, in the forms that are written to the Kafka log, logged by this process, and sent to the
 * encoder.
 *
 * @param cause code sent to the encoder; null if the encoder has left, or the protocol has closed its connection
 * @param reason reason in {@code SessionEnded}
 * @param detail detail in {@code SessionEnded} and in the log line about the end
 * @param description text for the encoder's user; empty if the encoder left by itself
 */
record PublicationEnd(PublishEnd cause, SessionEnded.Reason reason, String detail, String description) {
    /** Sent both to connected publishers and to encoders that ask to publish. */
    static final String DISK_FULL = "The server's disk is nearly full, try again later";
    /** Sent to encoders that ask to publish. */
    static final String OVERLOADED = "The log is slow at the moment, connect again";
    static final String WRONG_CLOCK = "The server's clock is wrong, connect again";
    static final String LOG_OUT_OF_REACH = "The log is unavailable, connect again";

    static PublicationEnd encoderGone(PublishSink.End end, String detail) {
        SessionEnded.Reason reason = switch (end) {
            case UNPUBLISHED -> SessionEnded.Reason.UNPUBLISHED;
            case DISCONNECTED -> SessionEnded.Reason.DISCONNECTED;
            case CLOSED_BY_SERVER -> SessionEnded.Reason.CLOSED_BY_SERVER;
        };
        return new PublicationEnd(null, reason, detail, "");
    }

    static PublicationEnd takenOver(long session) {
        return byServer(PublishEnd.TAKEN_OVER, "taken over by session " + session, "Taken over by a newer publisher");
    }

    static PublicationEnd forgotten() {
        return byServer(PublishEnd.FORGOTTEN, "forgotten by the other nodes", "The session is over, connect again");
    }

    static PublicationEnd claimFailed() {
        return byServer(PublishEnd.CLAIM_FAILED, "the claim failed", LOG_OUT_OF_REACH);
    }

    static PublicationEnd packetLost(String cause) {
        return byServer(PublishEnd.PACKET_LOST, "the log did not accept a packet: " + cause,
                "The log did not accept a packet, connect again");
    }

    static PublicationEnd diskFull() {
        return byServer(PublishEnd.DISK_FULL, "the disk of the log is nearly full", DISK_FULL);
    }

    static PublicationEnd shutdown() {
        return byServer(PublishEnd.SHUTDOWN, "the node is shutting down", "The server is shutting down, connect again");
    }

    static PublicationEnd kicked() {
        return byServer(PublishEnd.KICKED, "disconnected by the operator", "Disconnected by the operator");
    }

    static PublicationEnd bitrate(long limitKbits) {
        return byEncoder(PublishEnd.BITRATE, "The bitrate exceeds the limit of " + limitKbits + " kbit/s");
    }

    static PublicationEnd tooManyNames(String why) {
        return byEncoder(PublishEnd.OVER_LIMIT, why);
    }

    static PublicationEnd malformed(String last) {
        return byEncoder(PublishEnd.MALFORMED, "Too many malformed messages, the last: " + last);
    }

    static PublicationEnd internalError(String detail) {
        return byServer(PublishEnd.INTERNAL_ERROR, detail, "Internal server error, connect again");
    }

    /** Returns an end that the encoder caused; the log and the encoder get the same description. */
    private static PublicationEnd byEncoder(PublishEnd cause, String description) {
        return byServer(cause, description, description);
    }

    private static PublicationEnd byServer(PublishEnd cause, String detail, String description) {
        return new PublicationEnd(cause, SessionEnded.Reason.CLOSED_BY_SERVER, detail, description);
    }
}
