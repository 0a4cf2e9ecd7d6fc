package io.millrace.platform.directory;

import io.millrace.platform.log.IngestNode;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** The addresses of the ingest nodes that are alive. Thread-safe: one feed writes, all event loops read. */
public final class IngestNodes {
    /** @param announcedAtMs timestamp of the record, ms since 1970 */
    private record Announced(IngestNode node, long announcedAtMs) {}

    private final ConcurrentSkipListMap<String, Announced> nodes = new ConcurrentSkipListMap<>();

    /** Applies a node's announcement. */
    public void put(IngestNode node, long announcedAtMs) {
        nodes.put(node.node(), new Announced(node, announcedAtMs));
    }

    /** Removes the nodes that are dead at {@code nowMs}, which bounds their number. */
    public void forgetDead(long nowMs) {
        nodes.values().removeIf(each -> isOver(each, nowMs));
    }

    /** Applies a node's tombstone: the node no longer accepts publishers. */
    public void remove(String node) {
        nodes.remove(node);
    }

    /** Returns the nodes that are alive at {@code nowMs}, ordered by name. */
    public List<IngestNode> list(long nowMs) {
        return nodes.values().stream().filter(each -> !isOver(each, nowMs)).map(Announced::node).toList();
    }

    private static boolean isOver(Announced node, long nowMs) {
        return nowMs - node.announcedAtMs > IngestNode.VALID.toMillis();
    }
}
