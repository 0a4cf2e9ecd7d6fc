package io.millrace.platform.rtmp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Each way in which a connection ends has one reason, counted once and logged once, even if more happens afterwards. */
class ConnectionEndTest {
    /**
     * One way to end a connection.
     *
     * @param sink the end that the sink of its publisher receives; null if no publish was accepted
     */
    record Way(String name, Consumer<ConnectionEndTest> provoke, String reason, PublishSink.End sink) {
        Way(String name, Consumer<ConnectionEndTest> provoke, String reason) {
            this(name, provoke, reason, null);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final Logger logger = (Logger) LoggerFactory.getLogger(ConnectionEndTest.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RecordingApplication application = new RecordingApplication();
    private final ConnectionAdmission admission = new ConnectionAdmission(Integer.MAX_VALUE, 1, 10);
    private final MemoryBudget memory = new MemoryBudget(1 << 20);
    private final RtmpHandler handler = new RtmpHandler(application, new RtmpMeters(registry),
            ConnectionLimits.DEFAULT, new SharedState(admission, memory, new PeerLog(logger)), false);
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);

    static Stream<Way> ways() {
        return Stream.of(
                new Way("the peer closes", test -> test.channel.close(), "peer_closed"),
                new Way("the network fails", test -> test.fail(new IOException("reset")), "peer_closed"),
                new Way("malformed input", test -> test.give(new byte[]{4}), "malformed"),
                new Way("unsupported protocol", test -> test.give(new byte[]{'G'}), "unsupported"),
                new Way("no handshake in time", test -> test.passSeconds(6), "handshake_timeout"),
                new Way("TLS fails", test -> test.channel.pipeline()
                        .fireUserEventTriggered(new SslHandshakeCompletionEvent(new SSLException("no"))), "tls"),
                new Way("malformed PROXY header", test -> test.fail(new HAProxyProtocolException("no")),
                        "proxy_header"),
                new Way("a bug", test -> test.fail(new IllegalStateException("a bug")), "internal_error"),
                new Way("another connection needs the place", test -> {
                    test.admission.enter(() -> {});
                    test.channel.runPendingTasks();
                }, "too_many"),
                new Way("shutdown before connect", test -> test.handler.shutDown(), "shutdown"),
                new Way("shutdown of a publisher", test -> {
                    test.publish("live", "show");
                    test.handler.shutDown();
                }, "shutdown", PublishSink.End.CLOSED_BY_SERVER),
                new Way("connect without an application", test -> test.publish("", "show"), "refused"),
                new Way("the name is invalid", test -> test.publish("api", "show"), "refused"),
                new Way("the application refuses", test -> {
                    test.application.answer = CompletableFuture
                            .completedFuture(new PublishAnswer.Refused(PublishEnd.DENIED, "no"));
                    test.publish("live", "show");
                }, "refused"),
                new Way("the application closes", test -> {
                    test.publish("live", "show");
                    test.application.publishers.remove().close(PublishEnd.TAKEN_OVER,
                            "another encoder took over");
                }, "taken_over", PublishSink.End.CLOSED_BY_SERVER),
                new Way("a silent publisher", test -> {
                    test.publish("live", "show");
                    test.passSeconds(16);
                }, "idle", PublishSink.End.DISCONNECTED),
                new Way("a publisher's peer closes", test -> {
                    test.publish("live", "show");
                    test.channel.close();
                }, "peer_closed", PublishSink.End.DISCONNECTED));
    }

    @BeforeEach
    void listen() {
        channel.freezeTime();
        lines.start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void logsAndCountsOneReason(Way way) {
        way.provoke().accept(this);
        handler.shutDown();
        if (channel.isOpen()) {
            fail(new IOException("later"));
        }
        passSeconds(2);
        channel.close();
        channel.finishAndReleaseAll();
        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).singleElement().asString()
                .contains("closed, " + way.reason() + ": ");
        assertThat(registry.get("millrace.connections.closed").tag("reason", way.reason()).counter().count())
                .isEqualTo(1);
        assertThat(registry.find("millrace.connections.closed").counters()).extracting(Counter::count)
                .as("counters of all reasons").containsOnlyOnce(1.0).containsOnly(0.0, 1.0);
        assertThat(application.ends).extracting(RecordingApplication.Ended::end)
                .isEqualTo(way.sink() == null ? List.of() : List.of(way.sink()));
        assertThat(admission.addresses()).isZero();
        assertThat(memory.bytes()).isZero();
    }

    private void give(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    }

    private void fail(Throwable cause) {
        channel.pipeline().fireExceptionCaught(cause);
        channel.runPendingTasks();
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    /** Connects and requests to publish, until the server sends nothing more. */
    private void publish(String app, String name) {
        ClientSession client = new ClientSession(new RtmpUrl(false, "host", RtmpUrl.DEFAULT_PORT, app, name),
                new SplittableRandom(1));
        for (ByteBuffer up = client.takeOutput(); up.hasRemaining(); up = client.takeOutput()) {
            channel.writeInbound(Unpooled.wrappedBuffer(up));
            for (ByteBuf down = channel.readOutbound(); down != null; down = channel.readOutbound()) {
                ByteBuffer bytes = down.nioBuffer();
                while (client.next(bytes) != null) {
                    // Only the bytes that the client sends next matter.
                }
                down.release();
            }
        }
    }
}
