package io.millrace.launcher.cluster;

import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.launcher.e2e.MillraceProcess;
import io.millrace.testkit.Directories;
import io.millrace.testkit.OwnLoopback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Brokers and nodes of the stages as processes on loopback ports. */
final class ProcessCluster implements Cluster {
    /** Small nodes: they share two cores and run for seconds. */
    private static final List<String> JVM = List.of("-Xmx384m");
    private static final int NODES = 2;
    private static final long SIGNAL_SECONDS = 120;
    private static final int DISK_MEGABYTES = 400;

    /**
     * What can happen to the cluster besides signals.
     *
     * @param cuts whether nodes can be cut from brokers
     * @param clocks whether clocks can jump
     * @param disks whether disks of brokers can be filled up
     * @param plainKafka whether the brokers are Kafka's own, with Kafka's defaults for all times
     */
    record Rig(boolean cuts, boolean clocks, boolean disks, boolean plainKafka) {
        static final Rig NONE = new Rig(false, false, false, false);
    }

    private final Path dir;
    private final Rig rig;
    /** Null if nothing can be cut. */
    private final Network network;
    /** By broker; empty if they cannot be filled up. */
    private final List<SmallDisk> disks = new ArrayList<>();
    private final List<String> flags;
    /** {@code --voters} of the brokers; not set for a single broker. */
    private final String voters;
    private final Map<Stage, List<Node>> nodes = new EnumMap<>(Stage.class);

    /** The process of one node; {@code addresses} are those of its first start. */
    private static final class Node {
        private final String name;
        private int lives;
        private MillraceProcess process;
        private Map<String, String> addresses = Map.of();
        /** Of another release; null for the one that was built. */
        private Path resources;
        /** Further flags of its JVM. */
        private List<String> jvm = List.of();
        /** Its number in {@link Network}. */
        private int place;
        /** Null if it cannot jump. */
        private NodeClock clock;

        Node(String name) {
            this.name = name;
        }

        /** Returns the port of the node's first start, or 0 for any free one. */
        String port(String part) {
            String address = addresses.getOrDefault(part, ":0");
            return address.substring(address.lastIndexOf(':') + 1);
        }
    }

    private ProcessCluster(Path dir, Rig rig, Map<Stage, Integer> counts, List<String> flags)
            throws IOException {
        this.dir = dir;
        this.rig = rig;
        this.flags = flags;
        network = rig.cuts ? new Network() : null;
        for (Stage stage : Stage.values()) {
            List<Node> places = new ArrayList<>();
            for (int i = 0; i < counts.getOrDefault(stage, 0); i++) {
                places.add(new Node(stage.name().toLowerCase(Locale.ROOT) + i));
            }
            nodes.put(stage, places);
        }
        int brokers = counts.get(Stage.BROKER);
        voters = brokers == 1 ? "alone" : voters(brokers);
    }

    /** Prepares what the rig needs. Everything that it has made is undone by {@link #close}. */
    private void equip() throws IOException, InterruptedException {
        int place = 0;
        for (Map.Entry<Stage, List<Node>> stage : nodes.entrySet()) {
            for (Node node : stage.getValue()) {
                if (rig.clocks) {
                    node.clock = new NodeClock(dir, node.name);
                }
                if (rig.cuts && stage.getKey() != Stage.BROKER) {
                    node.place = place++;
                    node.jvm = network.add(dir, node.name);
                }
                if (rig.disks && stage.getKey() == Stage.BROKER) {
                    disks.add(new SmallDisk(dir.resolve(node.name), DISK_MEGABYTES));
                }
            }
        }
    }

    private static String voters(int brokers) {
        List<String> voters = new ArrayList<>();
        for (int i = 1; i <= brokers; i++) {
            voters.add(i + "@" + OwnLoopback.next());
        }
        return String.join(",", voters);
    }

    /**
     * Starts brokers and two nodes of each stage, and returns when they are ready.
     *
     * @param dir for data and logs
     * @param brokers 1 or 3
     * @param flags for every stage
     */
    static ProcessCluster start(Path dir, int brokers, String... flags) throws IOException, InterruptedException {
        return start(dir, Rig.NONE, brokers, flags);
    }

    /** As above, for more faults. What they need and is not there makes the test be skipped, with a message. */
    static ProcessCluster start(Path dir, Rig rig, int brokers, String... flags)
            throws IOException, InterruptedException {
        return start(dir, rig,
                Map.of(Stage.BROKER, brokers, Stage.INGEST, NODES, Stage.SEGMENTER, NODES, Stage.PACKAGER,
                        NODES, Stage.EDGE, NODES),
                flags);
    }

    /**
     * As above, with the given number of nodes of each stage.
     *
     * @param counts at least one broker; a stage that is missing has no nodes
     */
    static ProcessCluster start(Path dir, Map<Stage, Integer> counts, String... flags)
            throws IOException, InterruptedException {
        return start(dir, Rig.NONE, counts, flags);
    }

    private static ProcessCluster start(Path dir, Rig rig, Map<Stage, Integer> counts, String... flags)
            throws IOException, InterruptedException {
        ProcessCluster cluster = new ProcessCluster(dir, rig, counts, List.of(flags));
        try {
            cluster.equip();
            // Stage by stage: nine processes that start simultaneously starve each other on two cores.
            for (Stage stage : Stage.values()) {
                for (Node node : cluster.nodes.get(stage)) {
                    cluster.launch(stage, node);
                }
                for (Node node : cluster.nodes.get(stage)) {
                    cluster.awaitReady(stage, node);
                }
            }
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    @Override
    public int nodes(Stage stage) {
        return nodes.get(stage).size();
    }

    @Override
    public boolean findsLeadersLate() {
        return rig.plainKafka || nodes(Stage.BROKER) == 1;
    }

    @Override
    public void kill(Stage stage, int node) throws InterruptedException {
        process(stage, node).process().destroyForcibly().waitFor();
    }

    @Override
    public void stop(Stage stage, int node) throws InterruptedException {
        process(stage, node).stop();
    }

    @Override
    public void pause(Stage stage, int node) throws IOException, InterruptedException {
        signal("STOP", process(stage, node));
    }

    @Override
    public void resume(Stage stage, int node) throws IOException, InterruptedException {
        signal("CONT", process(stage, node));
    }

    @Override
    public void start(Stage stage, int node) throws IOException, InterruptedException {
        Node place = nodes.get(stage).get(node);
        launch(stage, place);
        awaitReady(stage, place);
    }

    /** Starts all nodes, which were killed, stage by stage. */
    void startAll() throws IOException, InterruptedException {
        for (Map.Entry<Stage, List<Node>> stage : nodes.entrySet()) {
            for (Node node : stage.getValue()) {
                launch(stage.getKey(), node);
            }
            for (Node node : stage.getValue()) {
                awaitReady(stage.getKey(), node);
            }
        }
    }

    @Override
    public void cut(Stage stage, int node, int broker, Network.Cut cut) throws IOException {
        network.cut(nodes.get(stage).get(node).place, nodes.get(Stage.BROKER).get(broker).port("kafka"), cut);
    }

    @Override
    public void heal(Stage stage, int node, int broker, Network.Cut cut) throws IOException {
        network.heal(nodes.get(stage).get(node).place, nodes.get(Stage.BROKER).get(broker).port("kafka"), cut);
    }

    @Override
    public void jump(Stage stage, int node, Duration offset) throws IOException {
        nodes.get(stage).get(node).clock.jump(offset);
    }

    @Override
    public void fillDisk(int broker) throws IOException, InterruptedException {
        disks.get(broker).fill(0);
        process(Stage.BROKER, broker).process().waitFor();
    }

    @Override
    public void freeDisk(int broker) throws IOException {
        disks.get(broker).free();
    }

    @Override
    public void copyData(int broker) throws IOException {
        Path copy = copyOf(broker);
        if (Files.exists(copy)) {
            Directories.delete(copy);
        }
        Directories.copy(data(broker), copy);
    }

    @Override
    public void restoreData(int broker) throws IOException {
        try (Stream<Path> files = Files.list(data(broker))) {
            // Not the directory itself, which may be a disk of its own.
            for (Path each : files.toList()) {
                Directories.delete(each);
            }
        }
        Directories.copy(copyOf(broker), data(broker));
    }

    private Path data(int broker) {
        return dir.resolve(nodes.get(Stage.BROKER).get(broker).name);
    }

    private Path copyOf(int broker) {
        return dir.resolve(nodes.get(Stage.BROKER).get(broker).name + ".copy");
    }

    @Override
    public String kafka() {
        return nodes.get(Stage.BROKER).stream().map(broker -> broker.addresses.get("kafka"))
                .collect(Collectors.joining(","));
    }

    /** Returns the address of one broker. */
    String kafka(int node) {
        return nodes.get(Stage.BROKER).get(node).addresses.get("kafka");
    }

    /** Returns the URL of {@code path} on the admin port of one node. */
    URI admin(Stage stage, int node, String path) {
        return URI.create(nodes.get(stage).get(node).addresses.get("admin") + path);
    }

    @Override
    public String rtmp(int node) {
        return nodes.get(Stage.INGEST).get(node).addresses.get("rtmp");
    }

    @Override
    public URI http(int node, String path) {
        return URI.create(nodes.get(Stage.EDGE).get(node).addresses.get("http") + path);
    }

    @Override
    public String log(Stage stage, int node) throws IOException {
        return process(stage, node).log();
    }

    @Override
    public void close() {
        // Brokers last: the stages leave their groups first.
        for (Stage stage : List.of(Stage.EDGE, Stage.PACKAGER, Stage.SEGMENTER, Stage.INGEST, Stage.BROKER)) {
            for (Node node : nodes.get(stage)) {
                if (node.process != null) {
                    // Nothing is measured any more, and a frozen process does not receive SIGTERM.
                    node.process.process().destroyForcibly();
                }
            }
        }
        try {
            for (SmallDisk disk : disks) {
                disk.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (network != null) {
                network.close();
            }
        }
    }

    private MillraceProcess process(Stage stage, int node) {
        return nodes.get(stage).get(node).process;
    }

    private void launch(Stage stage, Node node) throws IOException {
        if (stage == Stage.BROKER && rig.plainKafka) {
            launchPlainKafka(node);
            return;
        }
        List<String> args = new ArrayList<>();
        args.add(stage.name().toLowerCase(Locale.ROOT));
        if (stage == Stage.BROKER) {
            int id = nodes.get(Stage.BROKER).indexOf(node) + 1;
            args.addAll(List.of("--kafka-port", node.port("kafka"), "--data-dir", dir.resolve(node.name).toString(),
                    "--node-id", String.valueOf(id), "--voters", voters));
            if (rig.cuts) {
                args.addAll(List.of("--kafka-host", "localhost"));
            }
        } else {
            args.addAll(List.of("--kafka", kafka(), "--host", "127.0.0.1", "--admin-port", node.port("admin")));
            args.addAll(flags);
        }
        switch (stage) {
            case INGEST -> args.addAll(List.of("--rtmp-port", node.port("rtmp")));
            case SEGMENTER -> args.addAll(List.of("--data-dir", dir.resolve(node.name).toString()));
            case EDGE -> args.addAll(List.of("--rtmp-port", node.port("rtmp"), "--http-port", node.port("http")));
            case BROKER, PACKAGER -> {
                // They have no such port, or it is set above.
            }
        }
        List<String> jvm = new ArrayList<>(JVM);
        jvm.addAll(node.jvm);
        run(node, node.resources == null
                ? MillraceCommand.line(jvm, args)
                : MillraceCommand.line(node.resources, jvm, args));
    }

    private void run(Node node, List<String> command) throws IOException {
        node.process = MillraceProcess.run(dir, node.name + "." + node.lives++, command,
                node.clock == null ? Map.of() : node.clock.environment());
    }

    private void launchPlainKafka(Node node) throws IOException {
        int id = nodes.get(Stage.BROKER).indexOf(node) + 1;
        if (node.addresses.isEmpty()) {
            node.addresses = Map.of("kafka", rig.cuts ? "localhost:" + OwnLoopback.nextPort() : OwnLoopback.next());
        }
        run(node, PlainKafka.line(dir.resolve(node.name), id, node.addresses.get("kafka"), voters));
    }

    /**
     * Makes the next start of a node one of another release.
     *
     * @param resources what differs in that release, null for the one that was built
     */
    void release(Stage stage, int node, Path resources) {
        nodes.get(stage).get(node).resources = resources;
    }

    /** Starts a node that is expected to end by itself, and returns what it has written to stderr. */
    String startRefused(Stage stage, int node) throws IOException, InterruptedException {
        launch(stage, nodes.get(stage).get(node));
        MillraceProcess process = process(stage, node);
        if (!process.process().waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("was started: " + process.log());
        }
        return process.log();
    }

    private void awaitReady(Stage stage, Node node) throws IOException, InterruptedException {
        if (stage == Stage.BROKER && rig.plainKafka) {
            PlainKafka.awaitReady(node.addresses.get("kafka"), nodes.get(Stage.BROKER).indexOf(node) + 1);
            return;
        }
        node.addresses = node.process.ready();
    }

    private static void signal(String name, MillraceProcess process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.process().pid())).inheritIO()
                .start();
        if (!kill.waitFor(SIGNAL_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill -" + name + " " + process.process().pid() + " failed");
        }
    }
}
