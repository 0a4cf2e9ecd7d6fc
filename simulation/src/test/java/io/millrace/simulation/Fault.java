package io.millrace.simulation;

/** The faults of a simulation. A seed selects some of the allowed ones. */
enum Fault {
    /** Nodes are killed at any step and restarted. */
    KILL,
    /** Nodes freeze and continue. */
    FREEZE,
    /** Requests of a node are lost, or arrive up to 25 s later, even after its death. */
    SLOW_CONNECTIONS,
    /** A partition gets a new leader, and loses what was not acknowledged. */
    LEADER_CHANGE,
    /** A broker dies that holds a replica of every partition: nothing is acknowledged until Kafka has fenced it. */
    STALLED_LOG, COMPACTION,
    /** Clocks are wrong and jump. */
    CLOCKS,
    /** Encoders claim a name and send nothing. */
    CLAIMS_WITHOUT_PACKETS,
    /** Many claims at a time. */
    CLAIM_STORMS,
    /** A record in {@code sessions} that was not written by Millrace. */
    POISON,
    /** Encoders with different tracks, of which some appear later or fall silent. */
    TRACKS
}
