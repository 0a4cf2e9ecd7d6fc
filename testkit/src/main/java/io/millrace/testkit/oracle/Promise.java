package io.millrace.testkit.oracle;

/** Conditions that must hold in every history. */
public enum Promise {
    /** An undecodable record is skipped, and a write that fails is repeated: neither ends a process. */
    NOTHING_STOPS_A_PROCESS,
    /** Everything that an ingest node knows to be in the log is in the log. */
    ACKNOWLEDGED_IS_LOGGED,
    /**
     * Everything in the log is shown, unless its session is lesser than one that has taken over, its grace period is
     * over, or it is a repetition.
     */
    LOGGED_IS_SHOWN,
    /** Everything that is shown was sent by an encoder of that stream, once and in that order. */
    SHOWN_WAS_SENT,
    /**
     * A session that counts, or may still come to count, stays in {@code sessions}, and its encoder stays connected
     * unless a greater session has sent a packet. Before the session is over, its node is notified.
     */
    NO_LIVE_SESSION_FORGOTTEN,
    /**
     * A session is not ended by suspicion while its node runs, is not frozen, and reaches Kafka as well as the other
     * nodes do.
     */
    NO_HEALTHY_SESSION_SUSPECTED,
    /** An encoder that continues to send is shown or disconnected. */
    ENCODER_IS_SHOWN_OR_DISCONNECTED,
    /**
     * An epoch whose encoders stay away ends, but not before their grace period is over, and nothing remains of its
     * sessions.
     */
    EVERY_EPOCH_ENDS,
    /** A session that nobody has taken over is not over before its grace period. */
    GRACE_IS_KEPT,
    /** Epochs, sessions, packets within a session, segments and parts appear in the order of their numbers. */
    NUMBERS_RISE,
    /** All sessions of an epoch have the same tracks, and nothing of another track is shown in it. */
    EPOCHS_HAVE_ONE_TRACK_SET,
    /** Whoever writes a record of an identity, and however often, writes the same. */
    ONE_CONTENT_PER_IDENTITY,
    /**
     * Every frame that is shown is in one segment of its epoch, in order. Segments begin with a keyframe, or without
     * pictures three seconds after the session's first sound.
     */
    SHOWN_IS_CUT,
    /** A playlist depends on how far the index has been read, and on nothing else. */
    ONE_PLAYLIST_PER_OFFSET,
    /** A playlist as of a part is the same on every edge, whenever it is requested, and lists that part. */
    PLAYLIST_AS_OF_A_PART_IS_FIXED,
    /**
     * Each segment is listed in each rendition that has a frame of it, and the frames in it are those that were cut. The
     * multivariant playlist names no rendition without a playlist.
     */
    CUT_IS_SERVED,
    /** The newest directory entry of an epoch agrees with the log. */
    DIRECTORY_IS_TRUE,
    /** An epoch of which no packet is retained leaves the directory, and edges tell it from one that never existed. */
    EXPIRED_LEAVES_DIRECTORY,
    /** Long after the last record, the committed positions have passed that record: nothing holds them back forever. */
    POSITIONS_REACH_THE_ENDS
}
