package io.millrace.simulation;

import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.kafka.ModelGroup;
import io.millrace.simulation.kafka.ModelKafka;
import io.millrace.simulation.kafka.ModelPartition;
import io.millrace.simulation.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
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

    private final EventQueue events = new EventQueue();
    private final Chance chance;
    private final Set<Defect> defects;
    private final History history = new History(events);
    private final LogWatch watch;
    private final ModelKafka kafka;
    private final ModelGroup group;
    private final List<NodeClock> clocks = new ArrayList<>();
    private final NodeProcess[] nodes;
    /** Until when each node has trouble of its own. */
    private final long[] troubledUntilMs;
    /** The connection of each session, by stream and number. */
    private final Map<String, Integer> claims = new HashMap<>();
    private final Map<Integer, SimulatedEncoder> encoders = new TreeMap<>();
    private final List<EncoderConnection> connections = new ArrayList<>();

    private Simulation(long seed, Plan plan, Set<Defect> defects) {
        this.defects = Set.copyOf(defects);
        this.watch = new LogWatch(history, Set.copyOf(Plan.STREAMS), !defects.contains(Defect.RULES_OF_VERSION_2));
        // Different random numbers than those of the plan.
        this.chance = new Chance(~seed);
        this.kafka = new ModelKafka(events, chance, NodeSettings.PARTITIONS, this::committed);
        this.group = new ModelGroup(kafka, NodeSettings.PARTITIONS);
        this.nodes = new NodeProcess[plan.nodes()];
        this.troubledUntilMs = new long[plan.nodes()];
        for (int node = 0; node < nodes.length; node++) {
            clocks.add(new NodeClock(events, chance.between(-CLOCK_SKEW_MS, CLOCK_SKEW_MS)));
            start(node);
        }
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
    }

    private void heal() {
        note("all faults end");
        for (int node = 0; node < nodes.length; node++) {
            nodes[node].producer().slowUntil(events.nowMs());
            thaw(node);
            start(node);
        }
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
                    .connect(nodes[it.node()].isDead() ? anyNode().orElse(nodes[it.node()]) : nodes[it.node()]);
            case Action.Leave it -> withEncoder(it.encoder(), encoder -> encoder.leave(it.politely()));
            case Action.Silence it -> withEncoder(it.encoder(), encoder -> encoder.beSilent(it.forMs()));
            case Action.Storm it -> storm(it);
            case Action.Kill it -> kill(it.node());
            case Action.Start it -> start(it.node());
            case Action.Freeze it -> freeze(it.node(), it.forMs());
            case Action.Slow it -> {
                note("node " + it.node() + " has slow connections for " + it.forMs() + " ms");
                nodes[it.node()].producer().slowUntil(events.nowMs() + it.forMs());
                troubled(it.node(), it.forMs());
            }
            case Action.ChangeLeader it -> {
                note(it.topic() + "-" + it.partition() + " has another leader");
                kafka.changeLeader(kafka.partition(it.topic(), it.partition()));
            }
            case Action.Stall it -> {
                note("nothing is acknowledged for " + it.forMs() + " ms");
                kafka.stall(it.forMs());
            }
            case Action.Compact it -> kafka.compact(kafka.partition(NodeSettings.SESSIONS, it.partition()));
            case Action.Jump it -> {
                note("the clock of node " + it.node() + " jumps by " + it.byMs() + " ms");
                clocks.get(it.node()).jump(it.byMs());
            }
            case Action.Poison it -> {
                note("somebody writes a tombstone with the key '" + it.key() + "'");
                kafka.write(kafka.partition(NodeSettings.SESSIONS, it.partition()), it.key(), null);
            }
        }
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

    private void kill(int node) {
        if (nodes[node].isDead()) {
            return;
        }
        note("node " + node + " is killed");
        nodes[node].kill();
        List.copyOf(encoders.values()).forEach(encoder -> encoder.nodeDied(nodes[node]));
    }

    private void start(int node) {
        if (nodes[node] == null || nodes[node].isDead()) {
            note("node " + node + " starts");
            nodes[node] = new NodeProcess(this, kafka, group, node, clocks.get(node), this::acknowledged, defects);
            nodes[node].start();
        }
    }

    private void freeze(int node, int forMs) {
        NodeProcess frozen = nodes[node];
        if (!frozen.isDead() && !frozen.isFrozen()) {
            note("node " + node + " freezes for " + forMs + " ms");
            frozen.freeze();
            troubled(node, forMs);
            events.after(forMs, () -> {
                if (nodes[node] == frozen) {
                    thaw(node);
                }
            });
        }
    }

    private void thaw(int node) {
        if (nodes[node].isFrozen()) {
            note("node " + node + " goes on");
            nodes[node].thaw();
        }
    }

    private void committed(ModelPartition partition, ModelPartition.Stored stored) {
        if (partition.topic().equals(NodeSettings.PACKETS)) {
            watch.packets(stored);
            judge(stored);
        } else if (partition.topic().equals(NodeSettings.SESSIONS)) {
            watch.sessions(stored);
        }
    }

    /** Tells the oracle if a session was ended by suspicion although its node is well and its encoder connected. */
    private void judge(ModelPartition.Stored stored) {
        if (stored.decoded() instanceof SessionStarted it) {
            claims.put(stored.key() + "#" + stored.offset(), EncoderConnection.numberOf(it.encoder().address()));
        } else if (stored.decoded() instanceof SessionEnded it && it.reason() == SessionEnded.Reason.SUSPECTED) {
            EncoderConnection connection = connections.get(claims.get(stored.key() + "#" + it.session()));
            NodeProcess node = connection.node();
            if (connection.isOpen() && events.nowMs() - troubledUntilMs[node.number()] > RECOVERY_MS) {
                history.add(new Fact.HealthySuspected(stored.key(), it.session(), node.number()));
            }
        }
    }

    private void troubled(int node, int forMs) {
        troubledUntilMs[node] = Math.max(troubledUntilMs[node], events.nowMs() + forMs);
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
        List<NodeProcess> alive = List.of(nodes).stream().filter(node -> !node.isDead()).toList();
        return alive.isEmpty() ? Optional.empty() : Optional.of(chance.of(alive));
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
