package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.UserError;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.tls.ServerCertificate;
import io.millrace.platform.tls.TlsFault;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** RTMPS on loopback, with TLS sockets of the JDK as clients. */
@Tag("slow")
class RtmpsTest {
    private static final Duration HANG = Duration.ofMinutes(2);

    @TempDir
    static Path keys;
    private static TestCertificate one;
    private static TestCertificate two;

    @TempDir
    Path directory;
    private final RecordingApplication application = new RecordingApplication();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ClosedConnections closed = new ClosedConnections(registry);
    private Path certificateFile;
    private Path keyFile;
    private ServerCertificate certificate;
    private RtmpServer server;
    private int rtmp;
    private int rtmps;

    @BeforeAll
    static void makeKeys() throws Exception {
        one = TestCertificate.make("one", "EC", keys);
        two = TestCertificate.make("two", "RSA", keys);
    }

    @BeforeEach
    void bind() throws IOException {
        certificateFile = directory.resolve("tls.crt");
        keyFile = directory.resolve("tls.key");
        one.write(certificateFile, keyFile);
        certificate = ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of());
        server = new RtmpServer(application, new RtmpMeters(registry),
                new RtmpServerSettings(certificate, ProxySources.parse("127.0.0.2"), PatientLimits.LIMITS));
        rtmp = server.bind("127.0.0.1", 0);
        rtmps = server.bindTls("127.0.0.1", 0);
    }

    @AfterEach
    void close() {
        server.close();
        certificate.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void publishesOnRtmpsPortAndOnRtmpPort(String protocol) throws Exception {
        for (int port : new int[]{rtmps, rtmp}) {
            SSLSocket socket = tls(new Socket("127.0.0.1", port), protocol);
            try (SocketPublisher publisher = SocketPublisher.publish(socket)) {
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                publisher.send(7);
                assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(7);
            }
        }
        try (SocketPublisher plain = SocketPublisher.publish(new Socket("127.0.0.1", rtmp))) {
            plain.send(8);
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(8);
        }
    }

    /** The server takes no byte, so the client cannot end the publish properly. */
    @ParameterizedTest
    @ValueSource(strings = {"rtmp", "rtmps"})
    void closeEndsBlockedSend(String scheme) throws Exception {
        URI url = URI.create(scheme + "://127.0.0.1:" + (scheme.equals("rtmps") ? rtmps : rtmp) + "/live/show");
        RtmpClient client = RtmpClient.publish(url, ServerTrust.of(certificateFile), PatientLimits.CLIENT, null);
        awaitNext(application.publishers).pauseReading();
        var failure = new CompletableFuture<Exception>();
        Thread sender = Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    client.send(MediaKind.VIDEO, 0, ByteBuffer.allocate(1_000_000));
                }
            } catch (RtmpException e) {
                failure.complete(e);
            }
        });
        await().atMost(HANG).until(() -> sender.getState() == Thread.State.WAITING);
        client.close();
        assertThat(failure).succeedsWithin(HANG);
    }

    @Test
    void refusesOldTls() throws IOException {
        // A ClientHello of TLS 1.1 without extensions, as OpenSSL 1.0 would send it; the JDK's own client does not speak it.
        byte[] hello = new byte[54];
        byte[] head = {0x16, 3, 1, 0, 49, 1, 0, 0, 45, 3, 2};
        System.arraycopy(head, 0, hello, 0, head.length);
        hello[45] = 4; // cipher suites: 47, AES128-SHA, and 53, AES256-SHA
        hello[47] = 47;
        hello[49] = 53;
        hello[50] = 1; // one compression: none
        try (Socket socket = new Socket("127.0.0.1", rtmps)) {
            socket.getOutputStream().write(hello, 0, 54);
            byte[] answer = socket.getInputStream().readAllBytes();
            assertThat(answer).as("a fatal alert, protocol_version").endsWith(2, 70);
        }
        closed.assertOne("tls");
    }

    @Test
    void reloadsCertificateWithoutClosingConnections() throws Exception {
        SSLSocket before = tls(new Socket("127.0.0.1", rtmps), "TLSv1.3");
        try (SocketPublisher publisher = SocketPublisher.publish(before)) {
            assertThat(subject(before)).isEqualTo("CN=one");
            Files.writeString(certificateFile, two.certificate());
            assertThat(certificate.reloadIfChanged()).as("the key is still that of the old certificate").isFalse();
            Files.writeString(keyFile, two.key());
            assertThat(certificate.reloadIfChanged()).isTrue();
            SSLSocket after = tls(new Socket("127.0.0.1", rtmps), "TLSv1.3");
            try (SocketPublisher second = SocketPublisher.publish(after)) {
                assertThat(subject(after)).isEqualTo("CN=two");
                second.send(1);
            }
            publisher.send(2);
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(1);
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(2);
        }
    }

    @Test
    void keepsCertificateIfFilesAreInvalid() throws Exception {
        Files.writeString(certificateFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThat(certificate.reloadIfChanged()).isFalse();
        Files.delete(keyFile);
        assertThat(certificate.reloadIfChanged()).isFalse();
        SSLSocket socket = tls(new Socket("127.0.0.1", rtmps), "TLSv1.3");
        try (SocketPublisher publisher = SocketPublisher.publish(socket)) {
            assertThat(subject(socket)).isEqualTo("CN=one");
            publisher.send(1);
        }
    }

    @Test
    void reportsInvalidFilesAtStart() throws IOException {
        Files.writeString(keyFile, two.key());
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the key is not that of the certificate");
        Files.writeString(keyFile, two.key().replace("PRIVATE KEY", "RSA PRIVATE KEY"));
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .hasMessageContaining("openssl pkcs8 -topk8 -nodes");
        Files.writeString(keyFile, "");
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .hasMessageContaining("holds no private key");
        Files.writeString(certificateFile, "");
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .hasMessageContaining("holds no certificate");
    }

    @ParameterizedTest
    @CsvSource({"-40d, it expired at ", "+10d, it is not valid before "})
    void rejectsCertificateOutsideItsValidity(String start, String complaint) throws Exception {
        TestCertificate.make("other", "EC", start, directory).write(certificateFile, keyFile);
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(" cannot be used: " + complaint);
        assertThat(certificate.reloadIfChanged()).isFalse();
    }

    @Test
    void reportsTruncatedFile() throws IOException {
        String whole = Files.readString(certificateFile);
        Files.writeString(certificateFile, whole.substring(0, whole.indexOf("-----END") + 12));
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith(
                        "the first file holds no certificate in PEM that can be read: it is cut off or damaged");
        assertThatThrownBy(() -> ServerTrust.of(certificateFile)).isInstanceOf(UserError.class)
                .hasMessageContaining("one of them is cut off or damaged").hasMessageNotContaining("Exception");
        Files.writeString(certificateFile, whole);
        Files.writeString(keyFile, two.key().replaceFirst("(?s)\n[^-]*", "\nAAAAA\n"));
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", certificateFile, keyFile, List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageEndingWith("that can be read: it is damaged");
    }

    /** Certificate and key are swapped. */
    @Test
    void reportsSwappedFiles() {
        assertThatThrownBy(() -> ServerCertificate.open("RTMPS", keyFile, certificateFile, List.of()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("the first file holds no certificate in PEM");
    }

    /** The bytes could be an HTTP request with cookies. */
    @Test
    void doesNotLogBytesThatAreNotTls() {
        assertThat(TlsFault.reason(new NotSslRecordException("not an SSL/TLS record: 474554")))
                .doesNotContain("474554");
    }

    @Test
    void closesPlainConnectionOnRtmpsPort() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", rtmps)) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readAllBytes())
                    .doesNotContain("HTTP".getBytes(StandardCharsets.US_ASCII));
        }
        closed.assertOne("tls");
    }

    /** A load balancer that does not terminate TLS sends its header before it. */
    @Test
    void proxyHeaderComesBeforeTls() throws Exception {
        try (Socket balancer = new Socket("127.0.0.1", rtmp, java.net.InetAddress.getByName("127.0.0.2"), 0)) {
            balancer.getOutputStream().write("PROXY TCP4 203.0.113.9 127.0.0.1 40000 1935\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            try (SocketPublisher publisher = SocketPublisher.publish(tls(balancer, "TLSv1.3"))) {
                publisher.send(1);
                assertThat(awaitNext(application.requests).source().address()).isEqualTo("203.0.113.9:40000");
            }
        }
    }

    private static String subject(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }

    private static SSLSocket tls(Socket socket, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustsAnybody()}, null);
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, "127.0.0.1", socket.getPort(),
                true);
        tls.setEnabledProtocols(new String[]{protocol});
        tls.setSoTimeout((int) Duration.ofMinutes(2).toMillis());
        tls.startHandshake();
        return tls;
    }

    private static final class TrustsAnybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // The tests inspect the certificate themselves.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void clientPublishesOnlyToTrustedServer() throws Exception {
        URI url = URI.create("rtmps://127.0.0.1:" + rtmps + "/live/show");
        try (RtmpClient client = RtmpClient.publish(url, ServerTrust.of(certificateFile))) {
            client.send(MediaKind.AUDIO, 7, ByteBuffer.wrap(new byte[]{(byte) 0xAF, 1, 0}));
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(7);
        }
        assertThatThrownBy(() -> PatientLimits.publish(url)).isInstanceOf(RtmpException.class)
                .hasMessageContaining("its certificate is not trusted").hasMessageContaining("--tls-ca");
        assertThatThrownBy(() -> ServerTrust.of(keyFile)).isInstanceOf(UserError.class)
                .hasMessageContaining("tls.key").hasMessageContaining("--tls-ca");
    }
}
