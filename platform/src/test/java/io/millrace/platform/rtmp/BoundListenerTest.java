package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.UserError;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A listener that is bound before its service starts. */
@Timeout(30)
class BoundListenerTest {
    private final RecordingApplication application = new RecordingApplication();

    @Test
    void servesEncoderThatConnectedBeforeStart() throws Exception {
        try (RtmpListener listener = bind(0, _ -> false)) {
            CompletableFuture<RtmpClient> client = CompletableFuture.supplyAsync(() -> publish(listener.port()),
                    Thread::startVirtualThread);
            assertThat(application.requests).isEmpty();
            listener.serve(application);
            assertThat(awaitNext(application.requests).stream().value()).isEqualTo("live/show");
            client.get(10, TimeUnit.SECONDS).close();
        }
    }

    @Test
    void portIsTakenOnceBound() {
        try (RtmpListener first = bind(0, _ -> false)) {
            assertThatThrownBy(() -> bind(first.port(), _ -> false)).isInstanceOf(UserError.class)
                    .hasMessageStartingWith("RTMP cannot listen on 127.0.0.1:" + first.port()
                            + ": another process listens there")
                    .hasMessageContaining("--rtmp-port");
        }
    }

    @Test
    void freePortIsNoneOfThoseNamed() {
        AtomicInteger refused = new AtomicInteger();
        IntPredicate named = port -> refused.compareAndSet(0, port) || refused.get() == port;
        try (RtmpListener listener = bind(0, named)) {
            assertThat(refused.get()).isPositive();
            assertThat(listener.port()).isPositive().isNotEqualTo(refused.get());
        }
    }

    private static RtmpListener bind(int port, IntPredicate named) {
        return RtmpListener.bind(RtmpListen.rtmp("127.0.0.1", port), new RtmpMeters(new SimpleMeterRegistry()), named);
    }

    private static RtmpClient publish(int port) {
        try {
            return PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/show"));
        } catch (RtmpException e) {
            throw new IllegalStateException(e);
        }
    }
}
