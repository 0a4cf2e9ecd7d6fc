package io.millrace.simulation;

/** The faults of a simulation. A seed selects some of the allowed ones. */
enum Fault {
    /** Ingest nodes are killed at any step and restarted. */
    KILL,
    /** Ingest nodes freeze and continue. */
    FREEZE,
    /** Requests of an ingest node are lost, or arrive up to 25 s later, even after its death. */
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
    TRACKS,
    /** Segmenters are killed at any step and restarted. */
    KILL_SEGMENTER,
    /** Segmenters freeze and continue. */
    FREEZE_SEGMENTER,
    /** Requests of a segmenter are lost, or arrive up to 25 s later, even after its death. */
    SLOW_SEGMENTER,
    /** Packagers are killed at any step and restarted. */
    KILL_PACKAGER,
    /** Packagers freeze and continue. */
    FREEZE_PACKAGER,
    /** Requests of a packager are lost, or arrive up to 25 s later, even after its death. */
    SLOW_PACKAGER,
    /** Edges are killed at any step and restarted. */
    KILL_EDGE
}
