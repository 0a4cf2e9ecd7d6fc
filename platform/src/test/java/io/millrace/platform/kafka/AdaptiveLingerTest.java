package io.millrace.platform.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AdaptiveLingerTest {
    private static final int WAIT_S = 120;
    private static final double FEW_PER_SECOND = 450;
    /** More records than are few per window. */
    private static final int MANY = 1_000;

    private final AtomicLong records = new AtomicLong();
    private final AtomicLong nowNanos = new AtomicLong();

    @Test
    void flushesEachRecordAtLowRate() throws Exception {
        var flushed = new Semaphore(0);
        try (var linger = new AdaptiveLinger("linger", FEW_PER_SECOND, records::get, flushed::release)) {
            for (int i = 0; i < 3; i++) {
                add(linger);
                assertThat(flushed.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void flushesAgainForRecordsAddedDuringFlush() throws Exception {
        var flushes = new Semaphore(0);
        var end = new CountDownLatch(1);
        try (var linger = new AdaptiveLinger("linger", FEW_PER_SECOND, records::get, () -> {
            flushes.release();
            awaitQuietly(end);
        })) {
            add(linger);
            assertThat(flushes.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
            add(linger);
            end.countDown();
            assertThat(flushes.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void lingersAtHighRate() {
        var flushes = new AtomicInteger();
        var looks = new AtomicInteger();
        try (var linger = new AdaptiveLinger("linger", FEW_PER_SECOND, () -> {
            looks.incrementAndGet();
            return records.get();
        }, flushes::incrementAndGet, nowNanos::get)) {
            // The thread reads the clock when it starts, so the clock must not advance earlier.
            add(linger);
            within().until(() -> flushes.get() > 0);
            addManyWithinWindow(linger);
            within().until(linger::lingers);
            int before = flushes.get();
            for (int window = 0; window < 3; window++) {
                int seen = looks.get();
                addManyWithinWindow(linger);
                within().until(() -> looks.get() > seen);
                assertThat(linger.lingers()).isTrue();
            }
            assertThat(flushes).as("while many come").hasValue(before);

            nowNanos.addAndGet(RecordRate.WINDOW_NANOS);
            within().until(() -> !linger.lingers());
            add(linger);
            within().until(() -> flushes.get() > before);
        }
    }

    private void addManyWithinWindow(AdaptiveLinger linger) {
        records.addAndGet(MANY - 1);
        nowNanos.addAndGet(RecordRate.WINDOW_NANOS);
        add(linger);
    }

    /** Long enough that only a hang exceeds it. */
    private static ConditionFactory within() {
        return await().atMost(Duration.ofSeconds(WAIT_S)).pollInterval(Duration.ofMillis(1));
    }

    private void add(AdaptiveLinger linger) {
        records.incrementAndGet();
        linger.added();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
