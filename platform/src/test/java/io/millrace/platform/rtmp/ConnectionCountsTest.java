package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.RtmpLimits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionCountsTest {
    private final ConnectionCounts counts = new ConnectionCounts(new ConnectionLimits(Duration.ofSeconds(5),
            Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(10), 2, 3,
            RtmpLimits.DEFAULT));

    @Test
    void theOldestGoesWhereThereIsNoRoom() {
        List<String> dropped = new ArrayList<>();
        counts.enter(() -> dropped.add("first"));
        ConnectionCounts.Place second = counts.enter(() -> dropped.add("second"));
        counts.enter(() -> dropped.add("third"));
        assertThat(dropped).as("at the limit").isEmpty();
        counts.enter(() -> dropped.add("fourth"));
        assertThat(dropped).containsExactly("first");
        counts.leave(second);
        counts.enter(() -> dropped.add("fifth"));
        assertThat(dropped).as("in the place of one that left").containsExactly("first");
        counts.enter(() -> dropped.add("sixth"));
        assertThat(dropped).containsExactly("first", "third");
    }

    @Test
    void countsByAddress() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("127.0.0.1");
        assertThat(counts.enter(address)).isTrue();
        assertThat(counts.enter(address)).isTrue();
        assertThat(counts.enter(address)).as("the third").isFalse();
        assertThat(counts.enter(InetAddress.getByName("127.0.0.2"))).as("another address").isTrue();
        counts.leave(address);
        assertThat(counts.enter(address)).isTrue();
    }

    @Test
    void countsTheNetworkThatAnIpv6AddressIsOf() throws UnknownHostException {
        assertThat(counts.enter(InetAddress.getByName("2001:db8:0:1::1"))).isTrue();
        assertThat(counts.enter(InetAddress.getByName("2001:db8:0:1:ffff::1"))).isTrue();
        assertThat(counts.enter(InetAddress.getByName("2001:db8:0:1::7"))).isFalse();
        assertThat(counts.enter(InetAddress.getByName("2001:db8:0:2::7"))).isTrue();
    }

    @Test
    void forgetsAddressesThatAreGone() throws UnknownHostException {
        for (int i = 1; i <= 200; i++) {
            InetAddress address = InetAddress.getByAddress(new byte[]{127, 0, 0, (byte) i});
            counts.enter(address);
            counts.leave(address);
        }
        assertThat(counts.addresses()).isZero();
    }
}
