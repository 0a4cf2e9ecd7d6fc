package io.millrace.platform.stages;

import io.millrace.platform.log.EdgeNode;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.NodeHeartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The ingest nodes and edges, folded from the recent records of {@code nodes}. Not thread-safe. */
final class LiveNodes {
    /** A process without a heartbeat for this long is considered dead by the other nodes. */
    static final Duration SILENT = Duration.ofSeconds(10);

    /** The state of a node, by its announcement and heartbeats. */
    enum State {
        /** The node accepts publishers. */
        ACCEPTING,
        /** The node is announced, but its heartbeats are missing: it has died, or does not reach Kafka. */
        SILENT,
        /** The node accepts no new publishers, and keeps the connected ones. */
        DRAINING
    }

    /**
     * A node.
     *
     * @param announcement null unless it is announced
     * @param announcedAtMs ms since 1970; 0 unless it is announced
     * @param heartbeatAtMs 0 if no recent heartbeat is known
     */
    record Node(String name, State state, IngestNode announcement, long announcedAtMs, long heartbeatAtMs) {}

    /** An edge that serves viewers; {@code announcedAtMs} in ms since 1970. */
    record Edge(EdgeNode announcement, long announcedAtMs) {}

    /** What is announced or alive at a time, each by name. */
    record Listing(List<Node> ingest, List<Edge> edges) {}

    private record Announced(IngestNode node, long atMs) {}

    private final Map<String, Announced> announced = new TreeMap<>();
    private final Map<String, Long> heartbeats = new TreeMap<>();
    /** By key of the record. */
    private final Map<String, Edge> edges = new TreeMap<>();

    /**
     * Applies a record of the topic.
     *
     * @param key name of a node, or of a process
     * @param value null if the node takes no publishers any more; others than announcements and heartbeats are ignored
     * @param atMs timestamp of the record, ms since 1970
     */
    void put(String key, LogRecord value, long atMs) {
        switch (value) {
            case IngestNode node -> announced.put(node.node(), new Announced(node, atMs));
            case NodeHeartbeat heartbeat -> heartbeats.merge(heartbeat.node(), atMs, Math::max);
            case EdgeNode edge -> edges.put(edge.key(), new Edge(edge, atMs));
            case null -> {
                announced.remove(key);
                edges.remove(key);
            }
            default -> {
                // Damaged, or of a newer release.
            }
        }
    }

    /** Returns the edges that are announced at a time, by name. */
    List<Edge> edges(long nowMs) {
        return edges.values().stream().filter(edge -> nowMs - edge.announcedAtMs() <= IngestNode.VALID.toMillis())
                .toList();
    }

    /** Returns the ingest nodes that are announced or alive at a time, by name. */
    List<Node> list(long nowMs) {
        List<Node> nodes = new ArrayList<>();
        Map<String, Long> names = new TreeMap<>(heartbeats);
        announced.keySet().forEach(name -> names.putIfAbsent(name, 0L));
        names.forEach((name, heartbeatAtMs) -> {
            Announced its = announced.get(name);
            boolean isAnnounced = its != null && nowMs - its.atMs() <= IngestNode.VALID.toMillis();
            boolean isAlive = nowMs - heartbeatAtMs <= SILENT.toMillis();
            if (isAnnounced) {
                nodes.add(new Node(name, isAlive ? State.ACCEPTING : State.SILENT, its.node(), its.atMs(),
                        heartbeatAtMs));
            } else if (isAlive) {
                nodes.add(new Node(name, State.DRAINING, null, 0, heartbeatAtMs));
            }
        });
        return nodes;
    }
}
