package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.amf.Amf0Reader;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.publish.PublishSink;
import java.net.URI;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A server with changed limits, on loopback: it enforces the changed values and counts what exceeds them. */
class ChangedLimitsTest {
    private static final int VIDEO_BYTES = 100;
    private static final ConnectionLimits LIMITS = PatientLimits.of(1_000, 1_000,
            new RtmpLimits(new RtmpLimits.MessageBytes(64, 4_096, 4_096, 4_096, VIDEO_BYTES),
                    new RtmpLimits.BeforeMedia(4_096, 4_096, 20, 10), 6, 8_192, 2, 10, Amf0Reader.Limits.COMMAND,
                    new RtmpLimits.NameChars(4, 4, 20, 100)));

    private final RecordingApplication application = new RecordingApplication();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ClosedConnections closed = new ClosedConnections(registry);
    private final RtmpServer server = new RtmpServer(application, new RtmpMeters(registry),
            new RtmpServerSettings(null, ProxySources.NONE, LIMITS));
    private int port;

    @BeforeEach
    void bind() throws Exception {
        port = server.bind("127.0.0.1", 0);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void acceptsMessageAtLimitAndClosesOnLongerOne() throws Exception {
        try (RtmpClient client = publish("live/show")) {
            client.send(MediaKind.VIDEO, 1, ByteBuffer.allocate(VIDEO_BYTES));
            assertThat(awaitNext(application.messages).body().remaining()).isEqualTo(VIDEO_BYTES);
            client.send(MediaKind.VIDEO, 2, ByteBuffer.allocate(VIDEO_BYTES + 1));
            assertThat(awaitNext(application.ends)).satisfies(ended -> {
                assertThat(ended.end()).isEqualTo(PublishSink.End.CLOSED_BY_SERVER);
                assertThat(ended.detail()).contains("is 101, the limit is 100");
            });
        }
        closed.assertOne("over_limit");
        assertThat(application.messages).isEmpty();
    }

    @Test
    void refusesLongerName() throws Exception {
        assertThatThrownBy(() -> publish("live/shows")).isInstanceOf(RtmpException.class)
                .hasMessageContaining("a stream name at most 4");
        closed.assertOne("refused");
        assertThat(application.requests).isEmpty();
    }

    private RtmpClient publish(String path) throws RtmpException {
        return PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/" + path));
    }
}
