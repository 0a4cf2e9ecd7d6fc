package io.millrace.platform.directory;

import io.millrace.platform.log.IngestNode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class IngestNodesTest {
    private static final long VALID_MS = IngestNode.VALID.toMillis();

    private final IngestNodes nodes = new IngestNodes();

    @Test
    void listsNewestAnnouncementByName() {
        nodes.put(node("b", 1), 0);
        nodes.put(node("a", 2), 0);
        nodes.put(node("b", 3), 1);
        assertThat(nodes.list(1)).containsExactly(node("a", 2), node("b", 3));
    }

    @Test
    void removesSilentNodeFromList() {
        nodes.put(node("a", 1), 1_000);
        assertThat(nodes.list(1_000 + VALID_MS)).hasSize(1);
        assertThat(nodes.list(1_001 + VALID_MS)).isEmpty();
        nodes.forgetDead(1_001 + VALID_MS);
        assertThat(nodes.list(1_000)).as("forgotten").isEmpty();
    }

    @Test
    void tombstoneRemovesNodeAtOnce() {
        nodes.put(node("a", 1), 0);
        nodes.remove("a");
        nodes.remove("never");
        assertThat(nodes.list(0)).isEmpty();
    }

    private static IngestNode node(String name, int port) {
        return new IngestNode(name, new IngestNode.Address(null, port), null, false);
    }
}
