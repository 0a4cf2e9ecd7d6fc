package io.millrace.ingest.publish;

import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.PublishSink;

/**
 * Why a publication ends, in the forms that are written to the Kafka log, logged by this process, and sent to the
 * encoder.
 *
 * @param cause selects how the encoder's connection is closed
 * @param reason reason in {@code SessionEnded}
 * @param detail detail in {@code SessionEnded} and in the log line about the end
 * @param description text for the encoder's user; empty if the encoder left by itself
 */
record PublicationEnd(Cause cause, SessionEnded.Reason reason, String detail, String description) {
    /** Sent both to connected publishers and to encoders that ask to publish. */
    static final String DISK_FULL = "The server's disk is nearly full, try again later";
    static final String LOG_OUT_OF_REACH = "The log is unavailable, connect again";

    /** The causes of an end, and how each closes the encoder's connection. */
    enum Cause {
        /** The encoder unpublished or disconnected, or its connection was closed for a reason of the RTMP layer. */
        ENCODER_GONE(null, null), TAKEN_OVER(CloseReason.TAKEN_OVER, StatusCodes.BAD_NAME),
        /** {@code sessions} contains no record of the session any more, so other nodes would not learn of it. */
        FORGOTTEN(CloseReason.TAKEN_OVER, StatusCodes.FAILED), CLAIM_FAILED(CloseReason.LOG, StatusCodes.FAILED),
        /** A packet was lost. The gap cannot be repaired: readers would take the packets after it for the whole. */
        PACKET_LOST(CloseReason.LOG, StatusCodes.FAILED),
        /**
         * The publish is ended before a full disk makes the broker fail, and with it the retained media of all
         * streams.
         */
        DISK_FULL(CloseReason.DISK_FULL, StatusCodes.REJECTED), SHUTDOWN(CloseReason.SHUTDOWN,
                StatusCodes.FAILED), BITRATE(CloseReason.BITRATE,
                        StatusCodes.REJECTED), MALFORMED(CloseReason.MALFORMED, StatusCodes.FAILED),
        /** A bug in this publication, or an event loop that hangs. */
        INTERNAL_ERROR(CloseReason.INTERNAL_ERROR, StatusCodes.FAILED);

        private final CloseReason closeReason;
        private final String code;

        Cause(CloseReason closeReason, String code) {
            this.closeReason = closeReason;
            this.code = code;
        }

        /** Returns whether the encoder is still connected and has to be disconnected. */
        boolean closesEncoder() {
            return this != ENCODER_GONE;
        }

        CloseReason closeReason() {
            return closeReason;
        }

        String code() {
            return code;
        }
    }

    static PublicationEnd encoderGone(PublishSink.End end, String detail) {
        SessionEnded.Reason reason = switch (end) {
            case UNPUBLISHED -> SessionEnded.Reason.UNPUBLISHED;
            case DISCONNECTED -> SessionEnded.Reason.DISCONNECTED;
            case CLOSED_BY_SERVER -> SessionEnded.Reason.CLOSED_BY_SERVER;
        };
        return new PublicationEnd(Cause.ENCODER_GONE, reason, detail, "");
    }

    static PublicationEnd takenOver(long session) {
        return byServer(Cause.TAKEN_OVER, "taken over by session " + session, "Taken over by a newer publisher");
    }

    static PublicationEnd forgotten() {
        return byServer(Cause.FORGOTTEN, "forgotten by the other nodes", "The session is over, connect again");
    }

    static PublicationEnd claimFailed() {
        return byServer(Cause.CLAIM_FAILED, "the claim failed", LOG_OUT_OF_REACH);
    }

    static PublicationEnd packetLost(String cause) {
        return byServer(Cause.PACKET_LOST, "the log did not accept a packet: " + cause,
                "The log did not accept a packet, connect again");
    }

    static PublicationEnd diskFull() {
        return byServer(Cause.DISK_FULL, "the disk of the log is nearly full", DISK_FULL);
    }

    static PublicationEnd shutdown() {
        return byServer(Cause.SHUTDOWN, "the node is shutting down", "The server is shutting down, connect again");
    }

    static PublicationEnd bitrate(long limitKbits) {
        return byEncoder(Cause.BITRATE, "The bitrate exceeds the limit of " + limitKbits + " kbit/s");
    }

    static PublicationEnd malformed(String last) {
        return byEncoder(Cause.MALFORMED, "Too many malformed messages, the last: " + last);
    }

    static PublicationEnd internalError(String detail) {
        return byServer(Cause.INTERNAL_ERROR, detail, "Internal server error, connect again");
    }

    /** Returns an end that the encoder caused; the log and the encoder get the same description. */
    private static PublicationEnd byEncoder(Cause cause, String description) {
        return byServer(cause, description, description);
    }

    private static PublicationEnd byServer(Cause cause, String detail, String description) {
        return new PublicationEnd(cause, SessionEnded.Reason.CLOSED_BY_SERVER, detail, description);
    }
}
