package io.millrace.simulation;

/** What may go wrong in a simulation. A seed chooses some of those that it is allowed. */
enum Fault {
    /** Nodes are killed at any step and started again. */
    KILL,
    /** Nodes stand still and go on. */
    FREEZE,
    /** Requests of a node are lost, or arrive up to 25 s later, even after its death. */
    SLOW_CONNECTIONS,
    /** A partition gets another leader, which loses what was not acknowledged. */
    LEADER_CHANGE, COMPACTION,
    /** Clocks are wrong, and jump. */
    CLOCKS,
    /** Encoders claim a name and send nothing. */
    CLAIMS_WITHOUT_PACKETS,
    /** Many at a time. */
    CLAIM_STORMS,
    /** A record in {@code sessions} that nobody of Millrace has written. */
    POISON
}
