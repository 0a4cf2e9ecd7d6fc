package io.millrace.edge.live;

import io.millrace.platform.log.IngestNode;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** Where encoders reach the ingest nodes that are alive. Thread-safe: one feed writes, every event loop reads. */
public final class IngestNodes {
    /** @param announcedAtMs time of the record, ms since 1970 */
    private record Announced(IngestNode node, long announcedAtMs) {}

    private final ConcurrentSkipListMap<String, Announced> nodes = new ConcurrentSkipListMap<>();

    /** The newest announcement of a node. */
    public void put(IngestNode node, long announcedAtMs) {
        nodes.put(node.node(), new Announced(node, announcedAtMs));
    }

    /** Forgets the nodes that are dead at {@code nowMs}, so that their number is bounded. */
    public void forgetDead(long nowMs) {
        nodes.values().removeIf(each -> isOver(each, nowMs));
    }

    /** The node's tombstone: it takes no more publishers. */
    public void remove(String node) {
        nodes.remove(node);
    }

    /** Those that are alive at {@code nowMs}, by name. */
    public List<IngestNode> list(long nowMs) {
        return nodes.values().stream().filter(each -> !isOver(each, nowMs)).map(Announced::node).toList();
    }

    private static boolean isOver(Announced node, long nowMs) {
        return nowMs - node.announcedAtMs > IngestNode.VALID.toMillis();
    }
}
