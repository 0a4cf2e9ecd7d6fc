package io.millrace.launcher.cluster;

import io.millrace.launcher.RequiredTool;
import io.millrace.testkit.OwnLoopback;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.lifecycle.Startables;

/**
 * Three brokers and two nodes of each stage in containers of our own image, each with its own loopback ports of the
 * host.
 */
public final class ContainerCluster implements Cluster {
    private static final int BROKERS = 3;
    private static final int NODES = 2;
    private static final String HOST = OwnLoopback.ADDRESS;
    /** Directory of the logs of the latest cluster's nodes. */
    private static final Path LOGS = Path.of("target", "containers");
    /** As for processes: small nodes that start quickly, because they share two cores. */
    private static final String JVM = "-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final Map<Stage, List<Node>> nodes = new EnumMap<>(Stage.class);

    /** The container of one node. It keeps its ports for the life of the cluster. */
    private record Node(MillraceContainer container, int media, int admin) {}

    private ContainerCluster() {}

    /**
     * Starts all nodes and returns when they are ready. Without Docker, the test is skipped with a message.
     *
     * @param settings of every stage, as environment variables
     */
    public static ContainerCluster start(Map<String, String> settings) throws IOException, InterruptedException {
        RequiredTool.check(DockerClientFactory.instance().isDockerAvailable(),
                "needs Docker, and no daemon answers; start one, or run it in .ci/with-docker (Debian: apt-get install "
                        + "docker.io)");
        ContainerCluster cluster = new ContainerCluster();
        try {
            String image = MillraceImage.name();
            cluster.makeBrokers(image);
            cluster.makeStages(image, settings);
            // One stage at a time: on two cores, a simultaneous start of all nodes would exceed their own time limits.
            for (List<Node> places : cluster.nodes.values()) {
                Startables.deepStart(places.stream().map(Node::container)).join();
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
    public void kill(Stage stage, int node) {
        container(stage, node).kill();
    }

    @Override
    public void stop(Stage stage, int node) {
        container(stage, node).drain();
    }

    @Override
    public void pause(Stage stage, int node) {
        container(stage, node).pause();
    }

    @Override
    public void resume(Stage stage, int node) {
        container(stage, node).resume();
    }

    @Override
    public void start(Stage stage, int node) {
        container(stage, node).startOrRestart();
    }

    @Override
    public String kafka() {
        return nodes.get(Stage.BROKER).stream().map(node -> HOST + ":" + node.media).collect(Collectors.joining(","));
    }

    @Override
    public String rtmp(int node) {
        return "rtmp://" + HOST + ":" + nodes.get(Stage.INGEST).get(node).media;
    }

    @Override
    public URI http(int node, String path) {
        return URI.create("http://" + HOST + ":" + nodes.get(Stage.EDGE).get(node).media + path);
    }

    /** Returns the URL of {@code path} on the admin port of a node that is not a broker. */
    public URI admin(Stage stage, int node, String path) {
        return URI.create("http://" + HOST + ":" + nodes.get(stage).get(node).admin + path);
    }

    @Override
    public String log(Stage stage, int node) {
        return container(stage, node).getLogs();
    }

    /** Returns the status of a node's health check. */
    public String health(Stage stage, int node) {
        return container(stage, node).health();
    }

    @Override
    public void close() {
        // Nothing is measured any more, so all containers are killed, paused ones too.
        nodes.values().stream().flatMap(List::stream).parallel().forEach(node -> node.container.end(LOGS));
    }

    private MillraceContainer container(Stage stage, int node) {
        return nodes.get(stage).get(node).container;
    }

    private void makeBrokers(String image) {
        int[] controllers = new int[BROKERS];
        for (int i = 0; i < BROKERS; i++) {
            controllers[i] = OwnLoopback.nextPort();
        }
        String voters = IntStream.range(0, BROKERS).mapToObj(i -> i + 1 + "@" + HOST + ":" + controllers[i])
                .collect(Collectors.joining(","));
        List<Node> brokers = new ArrayList<>();
        nodes.put(Stage.BROKER, brokers);
        for (int i = 0; i < BROKERS; i++) {
            int port = OwnLoopback.nextPort();
            brokers.add(new Node(new MillraceContainer(image, "broker", "broker" + i, Map.of(
                    "JDK_JAVA_OPTIONS", JVM,
                    "MILLRACE_VOTERS", voters,
                    "MILLRACE_KAFKA_HOST", HOST,
                    "MILLRACE_NODE_ID", String.valueOf(i + 1),
                    "MILLRACE_CONTROLLER_PORT", String.valueOf(controllers[i]),
                    "MILLRACE_KAFKA_PORT", String.valueOf(port))), port, 0));
        }
    }

    private void makeStages(String image, Map<String, String> settings) {
        for (Stage stage : Stage.values()) {
            if (stage == Stage.BROKER) {
                continue;
            }
            List<Node> places = new ArrayList<>();
            nodes.put(stage, places);
            String command = stage.name().toLowerCase(Locale.ROOT);
            for (int i = 0; i < NODES; i++) {
                int media = OwnLoopback.nextPort();
                int admin = OwnLoopback.nextPort();
                int rtmp = stage == Stage.EDGE ? OwnLoopback.nextPort() : media;
                Map<String, String> variables = new HashMap<>(settings);
                variables.putAll(Map.of("JDK_JAVA_OPTIONS", JVM, "MILLRACE_KAFKA", kafka(), "MILLRACE_HOST", HOST,
                        "MILLRACE_ADMIN_HOST", HOST, "MILLRACE_ADMIN_PORT", String.valueOf(admin), "MILLRACE_RTMP_PORT",
                        String.valueOf(rtmp),
                        "MILLRACE_HTTP_PORT", String.valueOf(media)));
                places.add(new Node(new MillraceContainer(image, command, command + i, variables), media, admin));
            }
        }
    }
}
