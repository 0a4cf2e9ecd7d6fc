package io.millrace.simulation;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.testkit.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One history. A plan is executed; then all faults end, and connected encoders continue; then all encoders leave.
 * Confined to one thread.
 */
final class Simulation implements World {
    /** Longer than a late request, a lease and a grace period together. */
    private static final int CALM_MS = 50_000;
    private static final int AWAY_MS = 45_000;
    /** Longer than a lease and a late request together: trouble of a node that ended before explains no suspicion. */
    private static final int RECOVERY_MS = 35_000;
    private static final int CLOCK_SKEW_MS = 5_000;
    /** Longer than the owner's look at the directory takes to come, and to act. */
    private static final int EXPIRY_TAKES_MS = 25_000;
    private static final int START_TAKES_MS = 5_000;
    private static final List<String> EXPIRING = List.of(NodeSettings.PACKETS, SegmenterProcess.SEGMENTS,
            PackagerProcess.PARTS, PackagerProcess.INDEX);
    private static final List<Stage> UPGRADED = List.of(Stage.SEGMENTER, Stage.PACKAGER, Stage.EDGE);
    /** One of so many commits of a group fails. */
    private static final int COMMITS_FAIL = 100;

    private final EventQueue events = new EventQueue();
    private final Chance chance;
    private final Set<Defect> defects;
    private final History history;
    private final boolean isPackaged;
    private final List<List<Format>> formats;
    private final boolean expires;
    private final boolean upgrades;
    /** Processes of the next release. */
    private final Set<String> upgraded = new HashSet<>();
    private final LogWatch watch;
    private final DerivedWatch derived;
    private final ModelKafka kafka;
    private final ModelGroup owners;
    private final ModelGroup segmenters;
    private final ModelGroup packagers;
    private final Map<String, NodeClock> clocks = new HashMap<>();
    private final Processes processes = new Processes(this, this::create);
    /** Until when each ingest node has trouble of its own. */
    private final Map<Integer, Long> troubledUntilMs = new HashMap<>();
    /** The connection of each session, by stream and number. */
    private final Map<String, Integer> claims = new HashMap<>();
    private final Map<Integer, SimulatedEncoder> encoders = new TreeMap<>();
    private final List<EncoderConnection> connections = new ArrayList<>();
    private boolean nextReleaseIsFinal;

    private Simulation(long seed, Plan plan, Set<Defect> defects) {
        this.defects = Set.copyOf(defects);
        this.history = new History(events, plan.processes().get(Stage.SEGMENTER) > 0);
        this.formats = plan.formats();
        this.expires = plan.expires();
        this.upgrades = plan.upgrades();
        this.isPackaged = plan.processes().get(Stage.PACKAGER) > 0;
        this.derived = new DerivedWatch(history);
        this.watch = new LogWatch(history, Set.copyOf(Plan.STREAMS), !defects.contains(Defect.RULES_OF_VERSION_2));
        // Different random numbers than those of the plan.
        this.chance = new Chance(~seed);
        this.kafka = new ModelKafka(events, chance, NodeSettings.PARTITIONS, this::committed);
        this.owners = new ModelGroup(kafka, NodeSettings.PARTITIONS);
        this.segmenters = new ModelGroup(kafka, NodeSettings.PARTITIONS);
        this.packagers = new ModelGroup(kafka, NodeSettings.PARTITIONS);
        segmenters.failCommits(COMMITS_FAIL);
        packagers.failCommits(COMMITS_FAIL);
        plan.processes().forEach((stage, count) -> {
            for (int number = 0; number < count; number++) {
                clocks.put(stage.name(number), new NodeClock(events, chance.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS)));
            }
        });
        plan.processes().forEach(processes::startAll);
    }

    private StageProcess create(Stage stage, int number, int run) {
        return switch (stage) {
            case INGEST -> new NodeProcess(this, kafka, owners, number, clocks.get(stage.name(number)),
                    this::acknowledged, formats.get(number), defects);
            case SEGMENTER -> new SegmenterProcess(this, kafka, segmenters, number, "run " + run,
                    isNextRelease(stage, number), defects);
            case PACKAGER -> new PackagerProcess(this, kafka, packagers, number, clocks.get(stage.name(number)),
                    isNextRelease(stage, number), defects);
            case EDGE -> new EdgeProcess(this, kafka, number, clocks.get(stage.name(number)),
                    isNextRelease(stage, number), defects);
        };
    }

    /**
     * The same arguments result in the same history.
     *
     * @param defects former defects of production to reintroduce
     */
    static History run(long seed, Plan plan, Set<Defect> defects) {
        Simulation simulation = new Simulation(seed, plan, defects);
        plan.steps().forEach(step -> simulation.events.after(step.atMs(), () -> simulation.perform(step.action())));
        simulation.run();
        return simulation.history;
    }

    private void run() {
        events.runUntil(Plan.LENGTH_MS);
        heal();
        events.runUntil(Plan.LENGTH_MS + CALM_MS);
        encoders.values().forEach(this::judge);
        encoders.values().forEach(encoder -> encoder.leave(chance.oneIn(2)));
        events.runUntil(Plan.LENGTH_MS + CALM_MS + AWAY_MS);
        Plan.STREAMS.forEach(stream -> history.add(new Fact.AllAway(stream)));
        if (isPackaged) {
            judgePositions();
        }
        if (expires) {
            expire();
        }
    }

    /** Edges that have read the directory as it changed, and an edge that reads it afterwards, know what has expired. */
    private void expire() {
        events.runUntil(Plan.EXPIRY_MS + EXPIRY_TAKES_MS);
        processes.kill(Stage.EDGE, 0);
        processes.start(Stage.EDGE, 0);
        events.runUntil(Plan.EXPIRY_MS + EXPIRY_TAKES_MS + START_TAKES_MS);
        processes.alive(Stage.EDGE).forEach(edge -> ((EdgeProcess) edge).judge(derived.listed()));
    }

    private void judgePositions() {
        for (int p = 0; p < NodeSettings.PARTITIONS; p++) {
            ModelPartition packets = kafka.partition(NodeSettings.PACKETS, p);
            ModelPartition segments = kafka.partition(SegmenterProcess.SEGMENTS, p);
            judge(packets, packets.highWatermark());
            judge(segments, segments.highWatermark());
            judge(kafka.partition(PackagerProcess.INDEX, p), derived.indexEnd(p));
        }
    }

    private void judge(ModelPartition partition, long end) {
        history.add(new Fact.Position(partition.topic(), partition.number(), packagers.position(partition), end));
    }

    private void heal() {
        note("all faults end");
        for (Stage stage : UPGRADED) {
            for (int number = 0; processes.exists(stage, number); number++) {
                upgrade(stage, number);
            }
        }
        processes.heal();
    }

    private void judge(SimulatedEncoder encoder) {
        EncoderConnection connection = encoder.sending();
        if (connection != null && connection.acknowledged() != Fact.UNNUMBERED) {
            history.add(new Fact.StillSending(encoder.stream(), connection.number(), connection.acknowledged()));
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Publish it -> encoder(it.encoder(), it.stream(), it.sends(), true, it.picture())
                    .connect(aliveOrAny((NodeProcess) processes.of(Stage.INGEST, it.node())));
            case Action.Leave it -> withEncoder(it.encoder(), encoder -> encoder.leave(it.politely()));
            case Action.Silence it -> withEncoder(it.encoder(), encoder -> encoder.beSilent(it.forMs()));
            case Action.Storm it -> storm(it);
            case Action.OfProcess it -> {
                if (processes.exists(it.stage(), it.number())) {
                    happen(it);
                }
            }
            case Action.ChangeLeader it -> {
                note(it.topic() + "-" + it.partition() + " has another leader");
                kafka.changeLeader(kafka.partition(it.topic(), it.partition()));
            }
            case Action.Lose it -> {
                note(it.topic() + "-" + it.partition() + " loses the newest " + it.records() + " records");
                kafka.lose(kafka.partition(it.topic(), it.partition()), it.records());
            }
            case Action.Stall it -> {
                note("nothing is acknowledged for " + it.forMs() + " ms");
                kafka.stall(it.forMs());
            }
            case Action.Expire _ -> {
                note("retention removes everything");
                for (int p = 0; p < NodeSettings.PARTITIONS; p++) {
                    for (String topic : EXPIRING) {
                        ModelPartition partition = kafka.partition(topic, p);
                        kafka.deleteBefore(partition, partition.highWatermark());
                    }
                }
            }
            case Action.Compact it -> {
                kafka.compact(kafka.partition(NodeSettings.SESSIONS, it.partition()));
                kafka.compact(kafka.partition(SegmenterProcess.FOLDS, it.partition()));
                kafka.compact(kafka.partition(NodeSettings.STREAMS, it.partition()));
            }
            case Action.Finalize _ -> {
                note("the next release is final, and ingest nodes write its records");
                nextReleaseIsFinal = true;
            }
            case Action.Poison it -> {
                note("somebody writes a tombstone with the key '" + it.key() + "'");
                kafka.write(kafka.partition(NodeSettings.SESSIONS, it.partition()), it.key(), null);
            }
        }
    }

    private void happen(Action.OfProcess action) {
        switch (action) {
            case Action.Kill it -> kill(it.stage(), it.number());
            case Action.Start it -> processes.start(it.stage(), it.number());
            case Action.Freeze it -> {
                if (processes.freeze(it.stage(), it.number(), it.forMs())) {
                    troubled(it, it.forMs());
                }
            }
            case Action.Slow it -> {
                processes.slow(it.stage(), it.number(), it.forMs());
                troubled(it, it.forMs());
            }
            case Action.Upgrade it -> upgrade(it.stage(), it.number());
            case Action.Damage it -> ((PackagerProcess) processes.of(it.stage(), it.number())).damage(it.partition());
            case Action.Jump it -> {
                String name = it.stage().name(it.number());
                note("the clock of " + name + " jumps by " + it.byMs() + " ms");
                clocks.get(name).jump(it.byMs());
            }
        }
    }

    private void upgrade(Stage stage, int number) {
        if (upgrades && upgraded.add(stage.name(number))) {
            note(stage.name(number) + " is upgraded");
            processes.kill(stage, number);
            processes.start(stage, number);
        }
    }

    private boolean isNextRelease(Stage stage, int number) {
        return !upgrades || upgraded.contains(stage.name(number));
    }

    private SimulatedEncoder encoder(int encoder, String stream, boolean sends, boolean returns, Picture picture) {
        SimulatedEncoder created = new SimulatedEncoder(this, encoder, stream, sends, returns, picture);
        encoders.put(encoder, created);
        return created;
    }

    private void withEncoder(int number, Consumer<SimulatedEncoder> action) {
        SimulatedEncoder encoder = encoders.get(number);
        if (encoder != null) {
            action.accept(encoder);
        }
    }

    private void storm(Action.Storm storm) {
        for (int i = 0; i < storm.claims(); i++) {
            SimulatedEncoder encoder = encoder(storm.firstEncoder() + i, storm.stream(), false, false, Picture.NEVER);
            events.after(chance.between(0, 1_000), () -> anyNode().ifPresent(encoder::connect));
            events.after(storm.forMs() + chance.between(1_000, 2_000), () -> encoder.leave(true));
        }
    }

    private void kill(Stage stage, int number) {
        if (processes.kill(stage, number) && stage == Stage.INGEST) {
            List.copyOf(encoders.values())
                    .forEach(encoder -> encoder.nodeDied((NodeProcess) processes.of(stage, number)));
        }
    }

    private NodeProcess aliveOrAny(NodeProcess node) {
        return node.isDead() ? anyNode().orElse(node) : node;
    }

    private void committed(ModelPartition partition, ModelPartition.Stored stored) {
        if (partition.topic().equals(NodeSettings.PACKETS)) {
            watch.packets(stored);
            judge(stored);
        } else if (partition.topic().equals(NodeSettings.SESSIONS)) {
            watch.sessions(stored);
        } else if (partition.topic().equals(SegmenterProcess.SEGMENTS)) {
            derived.segments(stored);
        } else if (partition.topic().equals(NodeSettings.STREAMS)) {
            derived.streams(stored);
        } else if (partition.topic().equals(PackagerProcess.PARTS)) {
            derived.parts(stored);
        } else if (partition.topic().equals(PackagerProcess.INDEX)) {
            derived.index(partition.number(), stored);
        }
    }

    /** Tells the oracle if a session was ended by suspicion although its node is well and its encoder connected. */
    private void judge(ModelPartition.Stored stored) {
        if (stored.decoded() instanceof SessionStarted it) {
            claims.put(stored.key() + "#" + stored.offset(), EncoderConnection.numberOf(it.encoder().address()));
        } else if (stored.decoded() instanceof SessionEnded it && it.reason() == SessionEnded.Reason.SUSPECTED) {
            EncoderConnection connection = connections.get(claims.get(stored.key() + "#" + it.session()));
            NodeProcess node = connection.node();
            if (connection.isOpen() && events.nowMs() - troubledUntilMs.getOrDefault(node.number(), 0L) > RECOVERY_MS) {
                history.add(new Fact.HealthySuspected(stored.key(), it.session(), node.number()));
            }
        }
    }

    private void troubled(Action.OfProcess action, int forMs) {
        if (action.stage() == Stage.INGEST) {
            troubledUntilMs.merge(action.number(), events.nowMs() + forMs, Math::max);
        }
    }

    private void acknowledged(String stream, byte[] value) {
        long packet = LogCodec.decode(ByteBuffer.wrap(value)) instanceof Packet it
                ? Wire.numberOf(it)
                : Fact.UNNUMBERED;
        if (packet != Fact.UNNUMBERED) {
            history.add(new Fact.Acknowledged(stream, packet));
            connections.get(Fact.connectionOf(packet)).acknowledged(packet);
        }
    }

    private void note(String words) {
        history.add(new Fact.Note("", words));
    }

    @Override
    public EncoderConnection connection(SimulatedEncoder encoder, NodeProcess node) {
        EncoderConnection connection = new EncoderConnection(this, encoder, connections.size(), node);
        connections.add(connection);
        return connection;
    }

    @Override
    public Optional<NodeProcess> anyNode() {
        List<StageProcess> alive = processes.alive(Stage.INGEST);
        return alive.isEmpty() ? Optional.empty() : Optional.of((NodeProcess) chance.of(alive));
    }

    @Override
    public boolean isNextReleaseFinal() {
        return nextReleaseIsFinal;
    }

    @Override
    public EventQueue events() {
        return events;
    }

    @Override
    public Chance chance() {
        return chance;
    }

    @Override
    public History history() {
        return history;
    }
}
