package io.millrace.launcher;

import io.millrace.testkit.LogCapture;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import static org.assertj.core.api.Assertions.assertThat;

/** Captures the log lines of a class, so no other test that causes such lines may run concurrently. */
@Isolated
@Timeout(60)
class WaitingTest {
    private final BlockingQueue<Duration> pauses = new LinkedBlockingQueue<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Test
    void logsAtIncreasingIntervals() throws InterruptedException {
        Iterator<String> what = List
                .of("Kafka at a:1 to answer", "its topics", "its topics", "its topics", "its topics")
                .iterator();
        try (LogCapture said = new LogCapture(Waiting.class)) {
            Waiting waiting = Waiting.begin(what::next, pause -> pass(pause, what.hasNext()));
            for (long seconds : new long[]{5, 10, 20, 40, 60, 60}) {
                assertThat(pauses.take()).isEqualTo(Duration.ofSeconds(seconds));
            }
            assertThat(said.lines()).hasSize(5).startsWith("INFO still waiting for Kafka at a:1 to answer",
                    "INFO still waiting for its topics");
            waiting.close();
            interrupted.await();
            assertThat(said.lines()).hasSize(5);
        }
    }

    @Test
    void logsNothingWithinFirstPause() throws InterruptedException {
        try (LogCapture said = new LogCapture(Waiting.class)) {
            Waiting.begin(() -> "nothing", pause -> pass(pause, false)).close();
            interrupted.await();
            assertThat(said.lines()).isEmpty();
        }
    }

    /** Returns immediately, or only when interrupted. */
    private void pass(Duration pause, boolean atOnce) throws InterruptedException {
        pauses.add(pause);
        if (atOnce) {
            return;
        }
        try {
            new CountDownLatch(1).await();
        } finally {
            interrupted.countDown();
        }
    }
}
