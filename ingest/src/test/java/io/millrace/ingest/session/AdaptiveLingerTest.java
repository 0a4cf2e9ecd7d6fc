package io.millrace.ingest.session;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AdaptiveLingerTest {
    private static final int WAIT_S = 20;

    private final AtomicLong records = new AtomicLong();

    @Test
    void aFewRecordsAreFlushedEach() throws Exception {
        var flushed = new Semaphore(0);
        try (var linger = new AdaptiveLinger("linger", records::get, flushed::release)) {
            for (int i = 0; i < 3; i++) {
                add(linger);
                assertThat(flushed.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void whatIsAddedDuringAFlushHasOneOfItsOwn() throws Exception {
        var flushes = new Semaphore(0);
        var end = new CountDownLatch(1);
        try (var linger = new AdaptiveLinger("linger", records::get, () -> {
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
    void manyRecordsLingerUntilTheyAreFew() {
        var flushes = new AtomicInteger();
        try (var linger = new AdaptiveLinger("linger", records::get, flushes::incrementAndGet)) {
            await().atMost(Duration.ofSeconds(WAIT_S)).pollInterval(Duration.ofMillis(1)).until(() -> {
                addMany(linger);
                return linger.lingers();
            });
            int before = flushes.get();
            await().during(Duration.ofMillis(600)).atMost(Duration.ofSeconds(WAIT_S))
                    .pollInterval(Duration.ofMillis(1)).until(() -> {
                        addMany(linger);
                        return linger.lingers() && flushes.get() == before;
                    });

            await().atMost(Duration.ofSeconds(WAIT_S)).until(() -> !linger.lingers());
            add(linger);
            await().atMost(Duration.ofSeconds(WAIT_S)).until(() -> flushes.get() > before);
        }
    }

    private void addMany(AdaptiveLinger linger) {
        for (int i = 0; i < 100; i++) {
            add(linger);
        }
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
