package io.millrace.edge.log;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.past.RangeReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Reads of parts while no broker responds; the test has no broker. */
@Timeout(300)
class SilentLogTest {
    private static final SegmentStart START = new SegmentStart(true, false, 0, 2);
    private static final PartId FIRST = new PartId(17, 4, 0);
    private static final List<PartPlace> PARTS = List.of(new PartPlace(17, 1_000), new PartPlace(18, 1_000));

    @Test
    void waitingReadsTimeOutAfterReadThatNeverEnds() {
        var kafka = new KafkaClients(new KafkaSettings("127.0.0.1:1", "silent.", 1, 1, 0, 0, Map.of()));
        var never = new CountDownLatch(1);
        try (var pool = new ReaderPool("silent", 1, _ -> neverMade(never));
                var parts = new PartReader(kafka, pool, 1_000, 1_000, 1)) {
            assertTimesOut(parts, PARTS.subList(0, 1));
            assertTimesOut(parts, PARTS.subList(0, 1));
            assertTimesOut(parts, PARTS);
            assertThat(pool.isAlive()).as("the reader still waits").isTrue();
        }
    }

    @Test
    void waitsUntilLimit() {
        var kafka = new KafkaClients(new KafkaSettings("127.0.0.1:1", "silent.", 1, 1, 0, 0, Map.of()));
        var never = new CountDownLatch(1);
        try (var pool = new ReaderPool("silent", 1, _ -> neverMade(never));
                var parts = new PartReader(kafka, pool, 1_000, 1_000, TimeUnit.DAYS.toMillis(1))) {
            assertThat(
                    parts.read(Requester.EDGE, "live/show", RenditionId.TS, FIRST, START, PARTS).toCompletableFuture())
                    .isNotDone();
        }
    }

    private static void assertTimesOut(PartReader parts, List<PartPlace> refs) {
        assertThatThrownBy(
                () -> parts.read(Requester.EDGE, "live/show", RenditionId.TS, FIRST, START, refs).toCompletableFuture()
                        .join())
                .hasRootCauseInstanceOf(TimeoutException.class);
    }

    private static RangeReader neverMade(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new org.apache.kafka.common.errors.InterruptException("closed");
    }
}
