package io.millrace.simulation;

import io.millrace.platform.log.Format;
import io.millrace.simulation.engine.Chance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The actions of encoders and the faults, with their times. Derived from a seed; a shorter plan may break the same
 * promise.
 *
 * @param processes number of processes of each stage
 * @param formats the setting of each ingest node
 * @param steps in the order of their times
 */
record Plan(Map<Stage, Integer> processes, List<List<Format>> formats, List<Step> steps) {
    static final int LENGTH_MS = 40_000;
    /** When retention removes everything: after all encoders have left, and everything has been judged. */
    static final int EXPIRY_MS = 140_000;
    static final List<String> STREAMS = List.of("live/a", "live/b");

    private static final Map<Depth, List<Stage>> WITH_CLOCKS = Map.of(Depth.SESSIONS, List.of(Stage.INGEST),
            Depth.SEGMENTS, List.of(Stage.INGEST), Depth.VIEWERS, List.of(Stage.INGEST, Stage.PACKAGER, Stage.EDGE));
    private static final List<String> OF_SESSIONS = List.of(NodeSettings.PACKETS, NodeSettings.SESSIONS);
    private static final List<String> OF_SEGMENTS = List.of(NodeSettings.PACKETS, NodeSettings.SESSIONS,
            NodeSettings.STREAMS, SegmenterProcess.SEGMENTS, SegmenterProcess.FOLDS);
    private static final List<String> ALL = List.of(NodeSettings.PACKETS, NodeSettings.SESSIONS, NodeSettings.STREAMS,
            SegmenterProcess.SEGMENTS, SegmenterProcess.FOLDS, PackagerProcess.PARTS, PackagerProcess.INDEX);
    private static final Map<Depth, List<String>> TOPICS = Map.of(Depth.SESSIONS, OF_SESSIONS, Depth.SEGMENTS,
            OF_SEGMENTS, Depth.VIEWERS, ALL);
    private static final List<List<Format>> FORMATS = List.of(List.of(Format.TS), List.of(Format.CMAF, Format.TS),
            List.of(Format.CMAF));
    private static final int MOST_OF_A_STAGE = 2;
    private static final int MOST_LOST = 40;
    private static final int LONG_MS = 30_000;
    private static final int HOUR_MS = 3_600_000;
    /** Kafka fences a broker after 9 s by default. */
    private static final int STALL_MS = 12_000;
    private static final int STORM_MS = 10_000;
    private static final int STORM_LEAST = 10;
    private static final int STORM_MOST = 24;
    private static final List<String> POISON = List.of("live/a#", "live/a#x", "live/b#99999999999999999999", "#");

    record Step(long atMs, Action action) {}

    /** @param allowed the faults from which the seed selects about half, so that rare combinations occur */
    static Plan of(long seed, Depth depth, Set<Fault> allowed) {
        Chance chance = new Chance(seed);
        Set<Fault> chosen = EnumSet.noneOf(Fault.class);
        allowed.forEach(fault -> {
            if (chance.oneIn(2)) {
                chosen.add(fault);
            }
        });
        int nodes = chance.between(2, 3);
        List<Step> steps = new ArrayList<>();
        int encoders = encoders(chance, nodes, chosen, steps);
        chosen.forEach(fault -> {
            for (int left = chance.between(1, 4); left > 0; left--) {
                add(fault, depth, chance, nodes, encoders, steps);
            }
        });
        Map<Stage, Integer> processes = new EnumMap<>(Stage.class);
        processes.put(Stage.INGEST, nodes);
        boolean isViewed = depth.includes(Depth.VIEWERS);
        boolean isCut = depth.includes(Depth.SEGMENTS);
        processes.put(Stage.SEGMENTER, isCut ? chance.between(1, MOST_OF_A_STAGE) : 0);
        processes.put(Stage.PACKAGER, isViewed ? chance.between(1, MOST_OF_A_STAGE) : 0);
        processes.put(Stage.EDGE, isViewed ? MOST_OF_A_STAGE : 0);
        steps.sort(Comparator.comparingLong(Step::atMs));
        return new Plan(Collections.unmodifiableMap(processes), formats(chance, nodes), List.copyOf(steps));
    }

    /** Whether retention removes everything at last. */
    boolean expires() {
        return steps.stream().anyMatch(step -> step.action() instanceof Action.Expire);
    }

    /** Whether segmenters, packagers and edges begin with a release that cannot read everything. */
    boolean upgrades() {
        return steps.stream().anyMatch(step -> step.action() instanceof Action.Finalize);
    }

    Plan without(Step step) {
        return new Plan(processes, formats, steps.stream().filter(s -> s != step).toList());
    }

    /** Usually the same for all nodes; sometimes a change of the setting has not reached all of them. */
    private static List<List<Format>> formats(Chance chance, int nodes) {
        boolean isMixed = chance.oneIn(4);
        List<Format> common = chance.of(FORMATS);
        List<List<Format>> formats = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            formats.add(isMixed ? chance.of(FORMATS) : common);
        }
        return List.copyOf(formats);
    }

    private static int encoders(Chance chance, int nodes, Set<Fault> chosen, List<Step> steps) {
        int encoders = chance.between(1, 6);
        int streams = chance.between(1, STREAMS.size());
        for (int encoder = 0; encoder < encoders; encoder++) {
            int atMs = chance.between(0, LENGTH_MS / 2);
            String stream = STREAMS.get(chance.between(0, streams - 1));
            boolean sends = !chosen.contains(Fault.CLAIMS_WITHOUT_PACKETS) || !chance.oneIn(3);
            int node = chance.between(0, nodes - 1);
            Picture picture = chosen.contains(Fault.TRACKS) ? chance.of(List.of(Picture.values())) : Picture.NEVER;
            steps.add(new Step(atMs, new Action.Publish(encoder, stream, node, sends, picture)));
            if (chance.oneIn(2)) {
                steps.add(new Step(atMs + chance.between(1, LENGTH_MS / 2),
                        new Action.Leave(encoder, chance.oneIn(2))));
            }
            if (chance.oneIn(4)) {
                steps.add(new Step(atMs + chance.between(1, LENGTH_MS / 2),
                        new Action.Silence(encoder, chance.between(1_000, LONG_MS))));
            }
        }
        return encoders;
    }

    private static void add(Fault fault, Depth depth, Chance chance, int nodes, int encoders, List<Step> steps) {
        int atMs = chance.between(0, LENGTH_MS);
        int node = chance.between(0, nodes - 1);
        int partition = chance.between(0, NodeSettings.PARTITIONS - 1);
        switch (fault) {
            case KILL -> kill(Stage.INGEST, node, atMs, chance, steps);
            case FREEZE ->
                steps.add(new Step(atMs, new Action.Freeze(Stage.INGEST, node, chance.between(100, LONG_MS))));
            case SLOW_CONNECTIONS ->
                steps.add(new Step(atMs, new Action.Slow(Stage.INGEST, node, chance.between(100, 10_000))));
            case KILL_SEGMENTER -> kill(Stage.SEGMENTER, any(chance), atMs, chance, steps);
            case FREEZE_SEGMENTER -> steps.add(new Step(atMs,
                    new Action.Freeze(Stage.SEGMENTER, any(chance), chance.between(100, LONG_MS))));
            case SLOW_SEGMENTER ->
                steps.add(new Step(atMs, new Action.Slow(Stage.SEGMENTER, any(chance), chance.between(100, 10_000))));
            case KILL_PACKAGER -> kill(Stage.PACKAGER, any(chance), atMs, chance, steps);
            case FREEZE_PACKAGER -> steps.add(new Step(atMs,
                    new Action.Freeze(Stage.PACKAGER, any(chance), chance.between(100, LONG_MS))));
            case SLOW_PACKAGER ->
                steps.add(new Step(atMs, new Action.Slow(Stage.PACKAGER, any(chance), chance.between(100, 10_000))));
            case BAD_MUX -> steps.add(new Step(atMs, new Action.Damage(Stage.PACKAGER, any(chance), partition)));
            case LOST_PARTS -> steps.add(new Step(atMs,
                    new Action.Lose(PackagerProcess.PARTS, partition, chance.between(1, MOST_LOST))));
            case RETENTION -> {
                if (steps.stream().noneMatch(step -> step.action() instanceof Action.Expire)) {
                    steps.add(new Step(EXPIRY_MS, new Action.Expire()));
                }
            }
            case UPGRADE -> {
                if (steps.stream().noneMatch(step -> step.action() instanceof Action.Finalize)) {
                    steps.add(new Step(atMs, new Action.Finalize()));
                    for (int number = 0; number < MOST_OF_A_STAGE; number++) {
                        upgrade(Stage.SEGMENTER, number, atMs, chance, steps);
                        if (depth.includes(Depth.VIEWERS)) {
                            upgrade(Stage.PACKAGER, number, atMs, chance, steps);
                            upgrade(Stage.EDGE, number, atMs, chance, steps);
                        }
                    }
                }
            }
            case KILL_EDGE -> kill(Stage.EDGE, any(chance), atMs, chance, steps);
            case LEADER_CHANGE ->
                steps.add(new Step(atMs, new Action.ChangeLeader(chance.of(TOPICS.get(depth)), partition)));
            case STALLED_LOG -> steps.add(new Step(atMs, new Action.Stall(chance.between(1_000, STALL_MS))));
            case COMPACTION -> steps.add(new Step(atMs / 2, new Action.Compact(partition)));
            case CLOCKS -> steps.add(new Step(atMs, new Action.Jump(chance.of(WITH_CLOCKS.get(depth)), node,
                    chance.between(-HOUR_MS, HOUR_MS))));
            case CLAIMS_WITHOUT_PACKETS, TRACKS -> {
                // Done by encoders.
            }
            case CLAIM_STORMS -> steps.add(new Step(atMs, new Action.Storm(encoders + steps.size() * STORM_MOST,
                    chance.of(STREAMS), chance.between(STORM_LEAST, STORM_MOST), chance.between(100, STORM_MS))));
            case POISON -> steps.add(new Step(atMs, new Action.Poison(partition, chance.of(POISON))));
        }
    }

    private static int any(Chance chance) {
        return chance.between(0, MOST_OF_A_STAGE - 1);
    }

    /** Usually after the next release has become final. */
    private static void upgrade(Stage stage, int number, int atMs, Chance chance, List<Step> steps) {
        steps.add(new Step(atMs + chance.between(0, LONG_MS), new Action.Upgrade(stage, number)));
    }

    private static void kill(Stage stage, int number, int atMs, Chance chance, List<Step> steps) {
        steps.add(new Step(atMs, new Action.Kill(stage, number)));
        steps.add(new Step(atMs + chance.between(500, 20_000), new Action.Start(stage, number)));
    }
}
