package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Our server and our client on loopback. */
class RtmpServerTest {
    private final RecordingApplication application = new RecordingApplication();
    private final RtmpServer server = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
            PatientLimits.SETTINGS);
    private int port;

    @BeforeEach
    void bind() throws BindException {
        port = server.bind("127.0.0.1", 0);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void clientPublishes() throws Exception {
        byte[] frame = new byte[300_000];
        try (RtmpClient client = PatientLimits.publish(url("/live/show?token=x"))) {
            AccessRequest request = awaitNext(application.requests);
            assertThat(request.stream()).isEqualTo(new StreamName("live/show"));
            assertThat(request.query()).isEqualTo("token=x");
            assertThat(request.source().address()).startsWith("127.0.0.1:");
            for (int i = 0; i < 100; i++) {
                client.send(MediaKind.VIDEO, i * 40L, ByteBuffer.wrap(frame));
            }
        }
        for (int i = 0; i < 100; i++) {
            RecordingApplication.Message message = awaitNext(application.messages);
            assertThat(message.timestampMs()).isEqualTo(i * 40L);
            assertThat(message.body().remaining()).isEqualTo(frame.length);
        }
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Test
    void pauseBlocksClientUntilResume() throws Exception {
        try (RtmpClient client = PatientLimits.publish(url("/live/show"))) {
            Publisher publisher = awaitNext(application.publishers);
            publisher.pauseReading();
            int frames = 100;
            CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, frames, 1_000_000),
                    Thread::startVirtualThread);
            try (RtmpClient other = PatientLimits.publish(url("/live/other"))) {
                send(other, frames, 1_000_000);
                for (int i = 0; i < frames; i++) {
                    awaitNext(application.messages);
                }
            }
            assertThat(sending)
                    .as("still sending 100 MB, which socket buffers do not hold, when another client has finished")
                    .isNotDone();
            assertThat(application.messages).as("messages of the paused publisher").isEmpty();
            publisher.resumeReading();
            sending.get(120, TimeUnit.SECONDS);
            for (int i = 0; i < frames; i++) {
                awaitNext(application.messages);
            }
        }
    }

    @Test
    void clientReportsReasonOfRefusal() {
        application.answer = CompletableFuture
                .completedFuture(new PublishAnswer.Refused(PublishEnd.DENIED, "the token is wrong"));
        assertThatThrownBy(() -> PatientLimits.publish(url("/live/show"))).isInstanceOf(RtmpException.class).hasMessage(
                "127.0.0.1:" + port + " refused the stream: the token is wrong (NetStream.Publish.Denied)");
    }

    @Test
    void clientReportsShutdown() throws Exception {
        try (RtmpClient client = PatientLimits.publish(url("/live/show"))) {
            server.close();
            assertThatThrownBy(() -> sendUntilFailure(client)).isInstanceOf(RtmpException.class)
                    .hasMessageContaining("the server is shutting down (NetConnection.Connect.AppShutdown)");
        }
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.CLOSED_BY_SERVER);
    }

    @Test
    void requestsReconnectAndServesClientUntilThen() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (RtmpClient client = PatientLimits.publish(url("/live/show"), () -> asked.complete(null))) {
            Publisher publisher = awaitNext(application.publishers);
            assertThat(publisher.knowsReconnect()).isTrue();
            publisher.requestReconnect("the node ends");
            asked.get(120, TimeUnit.SECONDS);
            client.send(MediaKind.VIDEO, 7, ByteBuffer.allocate(5));
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(7);
        }
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Test
    void requestsNoReconnectFromClientWithoutSupport() throws Exception {
        try (RtmpClient client = PatientLimits.publish(url("/live/show"))) {
            Publisher publisher = awaitNext(application.publishers);
            assertThat(publisher.knowsReconnect()).isFalse();
            publisher.requestReconnect("the node ends");
            client.send(MediaKind.VIDEO, 7, ByteBuffer.allocate(5));
            assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(7);
        }
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Test
    void closeDisconnectsSilentPeers() throws Exception {
        try (Socket silent = new Socket("127.0.0.1", port)) {
            silent.getOutputStream().write(new byte[]{3});
            silent.getOutputStream().write(new byte[1536]);
            assertThat(silent.getInputStream().readNBytes(3073)).hasSize(3073);
            server.close();
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(IOException.class);
    }

    @Test
    void portInUseIsUserError() {
        try (RtmpServer second = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
                PatientLimits.SETTINGS)) {
            assertThatThrownBy(() -> second.bind("127.0.0.1", port)).isInstanceOf(BindException.class)
                    .hasMessageStartingWith("cannot listen for RTMP on 127.0.0.1:" + port + ": ")
                    .hasMessageContaining("in use").hasMessageNotContaining("\n");
        }
    }

    @Test
    void clientReportsUnreachableAddress() throws Exception {
        try (Socket nobody = new Socket()) {
            // The port is bound, so that no other process gets it, but nothing listens on it.
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String address = "127.0.0.1:" + nobody.getLocalPort();
            assertThatThrownBy(() -> PatientLimits.publish(URI.create("rtmp://" + address + "/live/show")))
                    .isInstanceOf(RtmpException.class)
                    .hasMessage("cannot connect to " + address + ": Connection refused");
        }
        assertThatThrownBy(() -> PatientLimits.publish(URI.create("rtmp://no-such-host.invalid/live/show")))
                .hasMessage("cannot connect to no-such-host.invalid:1935: there is no host of that name");
        assertThatThrownBy(() -> PatientLimits.publish(URI.create("http://127.0.0.1/live/show")))
                .isInstanceOf(RtmpException.class).hasMessageContaining("does not begin with rtmp://");
    }

    @Test
    void clientReportsClosedConnection() throws Exception {
        try (ServerSocket listener = new ServerSocket(0)) {
            CompletableFuture<Void> away = CompletableFuture.runAsync(() -> acceptAndClose(listener),
                    Thread::startVirtualThread);
            assertThatThrownBy(
                    () -> PatientLimits
                            .publish(URI.create("rtmp://127.0.0.1:" + listener.getLocalPort() + "/live/show")))
                    .isInstanceOf(RtmpException.class).hasMessageContaining("127.0.0.1");
            away.get(120, TimeUnit.SECONDS);
        }
    }

    private URI url(String path) {
        return URI.create("rtmp://127.0.0.1:" + port + path);
    }

    private static void acceptAndClose(ServerSocket listener) {
        try {
            listener.accept().close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void send(RtmpClient client, int frames, int size) {
        try {
            for (int i = 0; i < frames; i++) {
                client.send(MediaKind.VIDEO, i, ByteBuffer.allocate(size));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void sendUntilFailure(RtmpClient client) throws RtmpException {
        while (true) {
            client.send(MediaKind.AUDIO, 0, ByteBuffer.allocate(100));
        }
    }
}
