package io.millrace.platform.net;

import io.millrace.platform.net.LineQuota.Withheld;
import java.net.InetAddress;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineQuotaTest {
    private final LineQuota quota = new LineQuota();

    @Test
    void limitsLinesPerPeer() {
        assertThat(permitted("192.0.2.1", 1_500, 0)).isEqualTo(10);
        assertThat(permitted("192.0.2.2", 1, 5_000)).as("another peer").isEqualTo(1);
        assertThat(quota.isOver(9_999)).isFalse();
        assertThat(quota.isOver(10_000)).isTrue();
        assertThat(quota.end()).containsExactly(new Withheld("192.0.2.1", 1_490));
        assertThat(permitted("192.0.2.1", 11, 10_000)).isEqualTo(10);
    }

    @Test
    void limitsLinesOfAllPeers() {
        long written = IntStream.range(0, 300).filter(i -> quota.permits("192.0.2." + i, 0)).count();
        assertThat(written).isEqualTo(LineQuota.LINES_OF_ALL);
        assertThat(quota.end()).hasSize(LineQuota.PEERS_NAMED + 1).last()
                .isEqualTo(new Withheld("other addresses", 190));
    }

    @Test
    void remembersThousandPeers() {
        IntStream.range(0, 100_000).forEach(i -> quota.permits("peer " + i, 0));
        assertThat(quota.end()).contains(new Withheld("other addresses", 99_000));
    }

    @Test
    void reportsNothingIfNothingWasWithheld() {
        assertThat(quota.isOver(Long.MAX_VALUE)).as("nothing has begun").isFalse();
        assertThat(permitted("192.0.2.1", 10, 0)).isEqualTo(10);
        assertThat(quota.end()).isEmpty();
    }

    @Test
    void peerIsIpv4AddressOrIpv6Network() throws Exception {
        assertThat(PeerNetwork.of(InetAddress.getByName("192.0.2.1"))).isEqualTo("192.0.2.1");
        assertThat(PeerNetwork.of(InetAddress.getByName("2001:db8:1:2:3:4:5:6"))).isEqualTo("2001:db8:1:2:0:0:0:0/64")
                .isEqualTo(PeerNetwork.of(InetAddress.getByName("2001:db8:1:2::1")));
    }

    @Test
    void endpointBelongsToItsPeer() {
        assertThat(PeerNetwork.ofEndpoint("192.0.2.1:1935")).isEqualTo("192.0.2.1");
        assertThat(PeerNetwork.ofEndpoint("[2001:db8:1:2::1]:1935")).isEqualTo("2001:db8:1:2:0:0:0:0/64");
        assertThat(PeerNetwork.ofEndpoint("embedded")).isEqualTo("embedded");
    }

    private int permitted(String peer, int lines, long nowMs) {
        return (int) IntStream.range(0, lines).filter(_ -> quota.permits(peer, nowMs)).count();
    }
}
