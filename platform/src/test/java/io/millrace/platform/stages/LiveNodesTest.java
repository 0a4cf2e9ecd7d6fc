package io.millrace.platform.stages;

import io.millrace.platform.log.EdgeNode;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.stages.LiveNodes.Node;
import io.millrace.platform.stages.LiveNodes.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveNodesTest {
    private static final long NOW_MS = 1_000_000;
    private static final IngestNode A = new IngestNode("a", new IngestNode.Address("h", 1935), null, false);

    private final LiveNodes nodes = new LiveNodes();

    private void heartbeat(String node, long agoMs) {
        NodeHeartbeat heartbeat = new NodeHeartbeat(node, 7, 0);
        nodes.put(heartbeat.key(), heartbeat, NOW_MS - agoMs);
    }

    private void announce(IngestNode node, long agoMs) {
        nodes.put(node.node(), node, NOW_MS - agoMs);
    }

    @Test
    void announcedNodeWithHeartbeatsAccepts() {
        announce(A, 4_000);
        heartbeat("a", 900);
        heartbeat("a", 1_900);
        assertThat(nodes.list(NOW_MS))
                .containsExactly(new Node("a", State.ACCEPTING, A, NOW_MS - 4_000, NOW_MS - 900));
    }

    @Test
    void heartbeatExpires() {
        announce(A, 11_000);
        heartbeat("a", 10_000);
        assertThat(nodes.list(NOW_MS).getFirst().state()).isEqualTo(State.ACCEPTING);
        assertThat(nodes.list(NOW_MS + 1).getFirst().state()).isEqualTo(State.SILENT);
    }

    @Test
    void announcementExpires() {
        announce(A, 30_000);
        assertThat(nodes.list(NOW_MS)).hasSize(1);
        assertThat(nodes.list(NOW_MS + 1)).isEmpty();
    }

    /** One process may be both. */
    @Test
    void edgesAreListedBesideIngestNodesOfTheSameName() {
        announce(A, 4_000);
        var edge = new EdgeNode("a", 120);
        nodes.put(edge.key(), new EdgeNode("a", 7), NOW_MS - 40_000);
        nodes.put(edge.key(), edge, NOW_MS - 30_000);
        assertThat(nodes.edges(NOW_MS)).containsExactly(new LiveNodes.Edge(edge, NOW_MS - 30_000));
        assertThat(nodes.edges(NOW_MS + 1)).as("expired").isEmpty();
        nodes.put(edge.key(), null, NOW_MS);
        assertThat(nodes.edges(NOW_MS)).isEmpty();
        assertThat(nodes.list(NOW_MS)).hasSize(1);
    }

    @Test
    void nodeThatWithdrawsItsAnnouncementDrains() {
        announce(A, 5_000);
        heartbeat("a", 500);
        nodes.put("a", null, NOW_MS - 400);
        assertThat(nodes.list(NOW_MS)).containsExactly(new Node("a", State.DRAINING, null, 0, NOW_MS - 500));
        assertThat(nodes.list(NOW_MS + 9_501)).as("after its last heartbeat").isEmpty();
    }
}
