package io.millrace.simulation;

/** A defect that production had. The simulation can put it back, to show that it would be found. */
enum Defect {
    /** An owner forgets every session that is lesser than one that is over, be it live. Number 1 of the review. */
    OVER_TAKES_LESSER_SESSIONS,
    /** Claims have the rules of version 2: {@code GraceOver} is void while a session is live, 5, and the 17th claim evicts one, 13. */
    RULES_OF_VERSION_2,
    /** A tombstone whose key names no session ends its reader, 8. */
    POISON_KEY_STOPS_READERS,
    /** Packets of a session are sent before the notice of its claim is acknowledged. */
    PACKETS_BEFORE_THE_NOTICE,
    /** A publisher does not claim again when a greater session of another node is declared over. */
    OTHERS_OVER_IS_IGNORED
}
