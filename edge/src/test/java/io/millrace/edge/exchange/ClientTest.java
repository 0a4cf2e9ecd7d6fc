package io.millrace.edge.exchange;

import io.millrace.platform.net.ProxySources;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ClientTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final HttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** Returns whose turn the request takes. */
    private String turn(String address, String proxies) {
        Client.of(channel, ProxySources.parse(proxies)).cameFrom(new InetSocketAddress(address, 50_000));
        return new Request(channel, request).requester().address();
    }

    @Test
    void clientsOfOneIpv6NetworkShareTurns() {
        assertThat(turn("2001:db8:1:2::1", "off")).isEqualTo("2001:db8:1:2:0:0:0:0/64")
                .isEqualTo(turn("2001:db8:1:2:3:4:5:6", "off")).isNotEqualTo(turn("2001:db8:1:3::1", "off"));
        assertThat(turn("192.0.2.1", "off")).isEqualTo("192.0.2.1").isNotEqualTo(turn("192.0.2.2", "off"));
    }

    @Test
    void clientBehindTrustedProxyHasTurnOfItsNetwork() {
        request.headers().set("X-Forwarded-For", "2001:db8:1:2::1");

        assertThat(turn("10.0.0.1", "10.0.0.0/8")).isEqualTo("2001:db8:1:2:0:0:0:0/64");
        assertThat(turn("192.0.2.1", "10.0.0.0/8")).isEqualTo("192.0.2.1");
    }

    @Test
    void clientWithoutAddressHasNone() {
        Client.of(channel, ProxySources.NONE);

        assertThat(Client.network(channel, request.headers())).isEmpty();
        assertThat(Client.host(channel, request.headers())).isEmpty();
    }
}
