package io.millrace.segmenter;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PacedConsumerTest {
    private static final TopicPartition PARTITION = new TopicPartition("packets", 0);
    private static final Duration TIMEOUT = Duration.ofMillis(200);

    private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
    private long now;
    private long rested;
    private long offset;
    private final Consumer<byte[], byte[]> consumer = PacedConsumer.of(kafka, () -> now, this::rest);

    PacedConsumerTest() {
        kafka.assign(List.of(PARTITION));
        kafka.updateBeginningOffsets(Map.of(PARTITION, 0L));
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private void rest(long nanos) {
        rested += nanos;
        now += nanos;
    }

    /** One second in which this many records arrive evenly, each poll takes 4 ms. Returns the number of polls. */
    private int second(int perSecond, Duration timeout) {
        long begin = now;
        long arrived = 0;
        int polls = 0;
        int read = 0;
        while (now - begin < TimeUnit.SECONDS.toNanos(1)) {
            now += TimeUnit.MILLISECONDS.toNanos(4);
            for (; arrived < (now - begin) * perSecond / 1e9; arrived++) {
                kafka.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset++, null, new byte[0]));
            }
            read += consumer.poll(timeout).count();
            polls++;
        }
        assertThat(read).as("records that were read").isGreaterThan((int) (perSecond * 0.85));
        return polls;
    }

    @Test
    void doesNotRestAtAFewRecords() {
        assertThat(second(100, TIMEOUT)).isEqualTo(250);
        assertThat(rested).isZero();
    }

    @Test
    void restsForMostOfEachTickAtManyRecords() {
        second(3_500, TIMEOUT);
        rested = 0;
        assertThat(second(3_500, TIMEOUT)).isLessThan(60);
        assertThat(rested).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(750));
    }

    @Test
    void doesNotRestWhileTheLogHasMore() {
        second(3_500, TIMEOUT);
        kafka.updateEndOffsets(Map.of(PARTITION, Long.MAX_VALUE));
        second(3_500, TIMEOUT);
        rested = 0;
        assertThat(second(3_500, TIMEOUT)).isEqualTo(250);
        assertThat(rested).isZero();
    }

    @Test
    void aPollWithoutATimeoutDoesNotRest() {
        second(3_500, TIMEOUT);
        rested = 0;
        assertThat(second(3_500, Duration.ZERO)).isEqualTo(250);
        assertThat(rested).isZero();
    }

    @Test
    void restsNoLongerThanTheTimeout() {
        second(3_500, TIMEOUT);
        for (int poll = 0; poll < 100; poll++) {
            rested = 0;
            consumer.poll(Duration.ofMillis(10));
            assertThat(rested).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(10));
            now += TimeUnit.MILLISECONDS.toNanos(1);
        }
    }

    @Test
    void otherCallsReachTheConsumerAndFailAsItDoes() {
        consumer.seek(PARTITION, 7);
        assertThat(kafka.position(PARTITION)).isEqualTo(7);
        assertThatThrownBy(() -> consumer.seek(new TopicPartition("none", 0), 7))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anInterruptEndsTheRest() {
        Consumer<byte[], byte[]> interrupted = PacedConsumer.of(kafka, () -> now, _ -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> {
            while (true) {
                now += TimeUnit.MILLISECONDS.toNanos(2);
                for (int i = 0; i < 10; i++) {
                    kafka.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset++, null, new byte[0]));
                }
                interrupted.poll(TIMEOUT);
            }
        }).isInstanceOf(InterruptException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }
}
