package io.millrace.simulation;

/** A former defect of production. The simulation can reintroduce it, to show that it would be found. */
enum Defect {
    /** Number 1: an owner forgets every session that is lesser than one that is over, even a live one. */
    OVER_TAKES_LESSER_SESSIONS,
    /**
     * Numbers 5 and 13: claims follow version 2 of the rules. {@code GraceOver} is void while a session is live, and
     * the 17th claim evicts another one.
     */
    RULES_OF_VERSION_2,
    /** Number 2: a segmenter that was replaced overwrites the states of its successor. */
    STATES_HAVE_NO_OWNER,
    /** A tombstone whose key names no session ends its reader, 8. */
    POISON_KEY_STOPS_READERS,
    /** Number 10: an edge ends a playlist when the directory, and at last its wall clock, say so. */
    EPOCHS_END_BY_CLOCK,
    /** Number 15: an epoch goes on with whatever tracks the next session has. */
    EPOCHS_TAKE_ANY_TRACKS,
    /** Number 4: an edge serves whatever part of the stream it finds at an offset. */
    PARTS_BY_OFFSET,
    /** Packets of a session are sent before the notice of its claim is acknowledged. */
    PACKETS_BEFORE_THE_NOTICE,
    /** Number 2, in {@code streams}: nobody restores an entry that a replaced segmenter has overwritten with an older one. */
    OVERWRITTEN_ENTRIES_STAY,
    /** Number 6: nobody removes epochs of which no packet is retained from the directory. */
    EPOCHS_NEVER_EXPIRE,
    /** A packager remembers recorded gaps of streams that do not return. */
    GAPS_ARE_NEVER_FORGOTTEN,
    /** Number 12: a part that cannot be muxed ends the packaging of its session, as long as the packager runs. */
    QUARANTINE_IN_MEMORY,
    /** Number 12: a write that fails, because a partition has no leader, ends the packager. */
    FAILED_WRITE_ENDS_PACKAGER,
    /** Number 11: an owner computes how long ago a session ended from the clocks of two nodes. */
    AGES_BY_CLOCKS_OF_NODES,
    /** A segmenter's producer continues with the next batch after one that was not written. */
    PRODUCERS_CONTINUE_AFTER_FAILURE,
    /** Number 3: a segmenter skips records of the next release, and commits positions after them. */
    UNKNOWN_SCHEMAS_ARE_SKIPPED,
    /** Number 9: the owner measures by its own clock how long a node is silent, even while nobody can write to the log. */
    SILENCE_BY_CLOCK
}
