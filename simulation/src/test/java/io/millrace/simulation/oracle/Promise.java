package io.millrace.simulation.oracle;

/** What has to hold in every history. */
public enum Promise {
    /** A record that nobody can read is skipped, and stops no node. */
    NO_RECORD_STOPS_A_NODE,
    /** What an ingest node knows to be in the log is in the log. */
    ACKNOWLEDGED_IS_LOGGED,
    /**
     * What is in the log is shown, unless its session is lesser than one that has taken over, its grace is over, or it is a
     * repetition.
     */
    LOGGED_IS_SHOWN,
    /** What is shown was sent, by an encoder of that stream, once and in that order. */
    SHOWN_WAS_SENT,
    /**
     * A session that counts, or may still come to count, stays in {@code sessions}, and its encoder stays connected unless a
     * greater session has sent a packet. Before it is over its node is told.
     */
    NO_LIVE_SESSION_FORGOTTEN,
    /** An encoder that goes on sending is shown, or told. */
    ENCODER_IS_SHOWN_OR_TOLD,
    /** An epoch whose encoders stay away ends, not before their grace is over, and nothing remains of its sessions. */
    EVERY_EPOCH_ENDS,
    /** Epochs, and sessions, and packets within a session, appear in the order of their numbers. */
    NUMBERS_RISE
}
