package io.millrace.launcher.cluster;

import io.millrace.launcher.e2e.MillraceCommand;
import io.millrace.launcher.e2e.MillraceProcess;
import io.millrace.testkit.OwnLoopback;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Brokers and nodes of the stages as processes on loopback ports. */
final class ProcessCluster implements Cluster {
    /** Small nodes: they share two cores and run for seconds. */
    private static final List<String> JVM = List.of("-Xmx384m");
    private static final int NODES = 2;
    private static final long SIGNAL_SECONDS = 120;

    private final Path dir;
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

        Node(String name) {
            this.name = name;
        }

        /** Returns the port of the node's first start, or 0 for any free one. */
        String port(String part) {
            String address = addresses.getOrDefault(part, ":0");
            return address.substring(address.lastIndexOf(':') + 1);
        }
    }

    private ProcessCluster(Path dir, Map<Stage, Integer> counts, List<String> flags) {
        this.dir = dir;
        this.flags = flags;
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
        return start(dir, Map.of(Stage.BROKER, brokers, Stage.INGEST, NODES, Stage.SEGMENTER, NODES, Stage.PACKAGER,
                NODES, Stage.EDGE, NODES), flags);
    }

    /**
     * As above, with the given number of nodes of each stage.
     *
     * @param counts at least one broker; a stage that is missing has no nodes
     */
    static ProcessCluster start(Path dir, Map<Stage, Integer> counts, String... flags)
            throws IOException, InterruptedException {
        ProcessCluster cluster = new ProcessCluster(dir, counts, List.of(flags));
        try {
            // Stage by stage: nine processes that start simultaneously starve each other on two cores.
            for (Stage stage : Stage.values()) {
                for (Node node : cluster.nodes.get(stage)) {
                    cluster.launch(stage, node);
                }
                for (Node node : cluster.nodes.get(stage)) {
                    awaitReady(node);
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
        awaitReady(place);
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
    }

    private MillraceProcess process(Stage stage, int node) {
        return nodes.get(stage).get(node).process;
    }

    private void launch(Stage stage, Node node) throws IOException {
        List<String> args = new ArrayList<>();
        args.add(stage.name().toLowerCase(Locale.ROOT));
        if (stage == Stage.BROKER) {
            int id = nodes.get(Stage.BROKER).indexOf(node) + 1;
            args.addAll(List.of("--kafka-port", node.port("kafka"), "--data-dir", dir.resolve(node.name).toString(),
                    "--node-id", String.valueOf(id), "--voters", voters));
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
        node.process = MillraceProcess.run(dir, node.name + "." + node.lives++, node.resources == null
                ? MillraceCommand.line(JVM, args)
                : MillraceCommand.line(node.resources, JVM, args));
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

    private static void awaitReady(Node node) throws IOException, InterruptedException {
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
