package io.millrace.platform.kafka;

import io.millrace.platform.admin.HealthCheck.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KafkaProbeTest {
    private final AtomicLong nanos = new AtomicLong();
    private final KafkaProbe probe = new KafkaProbe("a:1,b:2", nanos::get, () -> {});

    @AfterEach
    void close() {
        probe.close();
    }

    @Test
    void isDownAfterSilenceAndUpAtNextAnswer() {
        pass(KafkaProbe.SILENCE_MS);
        probe.onAnswer(false);
        assertThat(status().up()).isTrue();
        pass(1);
        assertThat(status()).isEqualTo(Status.down("no broker at a:1,b:2 has responded for 5 s"));
        probe.onAnswer(true);
        assertThat(status()).isEqualTo(Status.up("a broker responds"));
    }

    @Test
    void isDownWhileRequestHangs() {
        pass(7_000);
        assertThat(status()).isEqualTo(Status.down("no broker at a:1,b:2 has responded for 7 s"));
    }

    private Status status() {
        return probe.check().probe().get();
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }
}
