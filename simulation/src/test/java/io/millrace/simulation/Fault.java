package io.millrace.simulation;

/** The faults of a simulation. A seed selects some of the allowed ones. */
enum Fault {
    /** Ingest nodes are killed at any step and restarted. */
    KILL(Depth.SESSIONS),
    /** Ingest nodes freeze and continue. */
    FREEZE(Depth.SESSIONS),
    /** Requests of an ingest node are lost, or arrive up to 25 s later, even after its death. */
    SLOW_CONNECTIONS(Depth.SESSIONS),
    /** A partition gets a new leader, and loses what was not acknowledged. */
    LEADER_CHANGE(Depth.SESSIONS),
    /** A broker dies that holds a replica of every partition: nothing is acknowledged until Kafka has fenced it. */
    STALLED_LOG(Depth.SESSIONS),
    /** The log cleaner removes records that later ones replace. */
    COMPACTION(Depth.SESSIONS),
    /** Clocks are wrong and jump. */
    CLOCKS(Depth.SESSIONS),
    /** Encoders claim a name and send nothing. */
    CLAIMS_WITHOUT_PACKETS(Depth.SESSIONS),
    /** Many claims at a time. */
    CLAIM_STORMS(Depth.SESSIONS),
    /** A record in {@code sessions} that was not written by Millrace. */
    POISON(Depth.SESSIONS),
    /** Encoders with different tracks, of which some appear later or fall silent. */
    TRACKS(Depth.SESSIONS),
    /** Segmenters are killed at any step and restarted. */
    KILL_SEGMENTER(Depth.SEGMENTS),
    /** Segmenters freeze and continue. */
    FREEZE_SEGMENTER(Depth.SEGMENTS),
    /** Requests of a segmenter are lost, or arrive up to 25 s later, even after its death. */
    SLOW_SEGMENTER(Depth.SEGMENTS),
    /**
     * The next release becomes final, and writes what this one cannot read, before all segmenters, packagers and edges are
     * upgraded.
     */
    UPGRADE(Depth.SEGMENTS),
    /** Packagers are killed at any step and restarted. */
    KILL_PACKAGER(Depth.VIEWERS),
    /** Packagers freeze and continue. */
    FREEZE_PACKAGER(Depth.VIEWERS),
    /** Requests of a packager are lost, or arrive up to 25 s later, even after its death. */
    SLOW_PACKAGER(Depth.VIEWERS),
    /** One run of a packager cannot read a packet, as if because of a bug, so that a segment becomes a gap. */
    BAD_MUX(Depth.VIEWERS),
    /** An unclean election: {@code parts} loses acknowledged records, and uses their offsets again. */
    LOST_PARTS(Depth.VIEWERS),
    /** At last, retention removes everything. */
    RETENTION(Depth.VIEWERS),
    /** Edges are killed at any step and restarted. */
    KILL_EDGE(Depth.VIEWERS);

    private final Depth depth;

    /** @param depth the least depth at which something can suffer it */
    Fault(Depth depth) {
        this.depth = depth;
    }

    Depth depth() {
        return depth;
    }
}
