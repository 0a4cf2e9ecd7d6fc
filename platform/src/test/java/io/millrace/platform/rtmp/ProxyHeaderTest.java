package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.net.ProxySources;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** PROXY headers as HAProxy writes them, on loopback. */
class ProxyHeaderTest {
    private static final String V1 = "PROXY TCP4 203.0.113.9 127.0.0.1 40000 1935\r\n";

    private final RecordingApplication application = new RecordingApplication();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ClosedConnections closed = new ClosedConnections(registry);
    private RtmpServer server;
    private int port;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void publisherHasAddressOfHeader() throws Exception {
        bind("10.0.0.0/8,127.0.0.1");
        publishAfter(V1.getBytes(StandardCharsets.US_ASCII));
        assertThat(awaitNext(application.requests).source().address()).isEqualTo("203.0.113.9:40000");
        publishAfter(
                v2(0x21, 0x11, new byte[]{(byte) 203, 0, 113, 9, 127, 0, 0, 1, (byte) 0x9C, 0x40, 7, (byte) 0x8F}));
        assertThat(awaitNext(application.requests).source().address()).isEqualTo("203.0.113.9:40000");
        byte[] six = new byte[36];
        six[15] = 1;
        six[31] = 2;
        six[33] = 80;
        publishAfter(v2(0x21, 0x21, six));
        assertThat(awaitNext(application.requests).source().address()).isEqualTo("[0:0:0:0:0:0:0:1]:80");
    }

    @Test
    void localHeaderKeepsAddressOfBalancer() throws Exception {
        bind("127.0.0.1");
        publishAfter(v2(0x20, 0, new byte[0]));
        assertThat(awaitNext(application.requests).source().address()).startsWith("127.0.0.1:");
        publishAfter("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(awaitNext(application.requests).source().address()).startsWith("127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY TCP4 203.0.113.999 127.0.0.1 40000 1935\r\n", "PROXY TCP9 1 2 3 4\r\n",
        "PROXY TCP4 203.0.113.9 127.0.0.1 40000 99999\r\n"})
    void closesConnectionWithoutValidHeader(String header) throws Exception {
        bind("127.0.0.1");
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(header.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        closed.assertOne("proxy_header");
        assertThat(application.requests).isEmpty();
    }

    @Test
    void closesBalancerWithoutHeader() throws Exception {
        bind("127.0.0.1");
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(3);
            socket.getOutputStream().write(new byte[1536]);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        closed.assertOne("proxy_header");
    }

    @ParameterizedTest
    @CsvSource({"off, 1", "'10.0.0.0/8,127.0.0.2', 1", "off, 2"})
    void rejectsHeaderFromOtherSource(String sources, int version) throws Exception {
        bind(sources);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(version == 1 ? V1.getBytes(StandardCharsets.US_ASCII) : v2(0x20, 0, new byte[0]));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        closed.assertOne("unsupported");
        publishAfter(new byte[0]);
        assertThat(awaitNext(application.requests).source().address()).startsWith("127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "on", "example.com", "10.0.0.0/33", "10.0.0", "10.0.0.0/8,", "::1/129", "10.0.0.1/x"})
    void sourcesAreAddressesAndNetworks(String text) throws IOException {
        bind("::1, fd00::/8 ,10.0.0.7");
        assertThatThrownBy(() -> ProxySources.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no address or network such as");
    }

    private void bind(String sources) throws IOException {
        server = new RtmpServer(application, new RtmpMeters(registry),
                new RtmpServerSettings(null, ProxySources.parse(sources), PatientLimits.LIMITS));
        port = server.bind("127.0.0.1", 0);
    }

    private void publishAfter(byte[] header) throws Exception {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write(header);
        try (SocketPublisher publisher = SocketPublisher.publish(socket)) {
            publisher.send(1);
            awaitNext(application.messages);
        }
    }

    private static byte[] v2(int versionAndCommand, int family, byte[] addresses) {
        return ByteBuffer.allocate(16 + addresses.length)
                .put(new byte[]{13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10}).put((byte) versionAndCommand)
                .put((byte) family).putShort((short) addresses.length).put(addresses).array();
    }
}
