package io.millrace.platform.net;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NetworksTest {
    @ParameterizedTest
    @CsvSource({"10.0.0.7, 10.0.0.7, true", "10.0.0.7, 10.0.0.8, false", "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false", "'192.0.2.1, 2001:db8::/32', 2001:db8:ffff::1, true",
        "'192.0.2.1, 2001:db8::/32', 2001:db9::1, false", "0.0.0.0/0, 2001:db8::1, false", "off, 127.0.0.1, false"})
    void containsAddresses(String networks, String address, boolean contained) {
        assertThat(Networks.parse(networks).contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.1,", "10.0.0", "::/129"})
    void rejectsOtherTexts(String text) {
        assertThatThrownBy(() -> Networks.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no address or network");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1:80, 192.0.2.1", "192.0.2.1, 192.0.2.1", "[2001:db8::1]:80, 2001:db8::1",
        "2001:db8::1, 2001:db8::1", "0:0:0:0:0:0:0:1, 0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1:80, 0:0:0:0:0:0:0:1",
        "fe80::1%eth0, fe80::1%eth0", "host:80, host", "host, host", "'', ''"})
    void splitsEndpoints(String endpoint, String host) {
        assertThat(PeerNetwork.hostOf(endpoint)).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1:80, 192.0.2.1", "[2001:db8:0:1:ffff::1]:80, 2001:db8:0:1:0:0:0:0/64",
        "2001:db8:0:1:ffff::1, 2001:db8:0:1:0:0:0:0/64", "host:80, host:80"})
    void namesNetworkOfEndpoint(String endpoint, String network) {
        assertThat(PeerNetwork.ofEndpoint(endpoint)).isEqualTo(network);
    }
}
