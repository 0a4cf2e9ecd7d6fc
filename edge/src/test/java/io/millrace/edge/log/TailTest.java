package io.millrace.edge.log;

import ch.qos.logback.classic.Level;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class TailTest {
    /** With this timeout, a tail that noticed commands only after a poll would never run them. */
    private static final Duration LONG_POLL = Duration.ofDays(1);
    private static final int COMMANDS = 20;

    private static final class Counting implements Tail.Owner {
        private final LinkedBlockingQueue<ConsumerRecord<String, LogRecord>> records = new LinkedBlockingQueue<>();
        private final List<TopicPartition> losses = new CopyOnWriteArrayList<>();
        private final AtomicInteger ticks = new AtomicInteger();

        @Override
        public void records(List<ConsumerRecord<String, LogRecord>> some) {
            records.addAll(some);
        }

        @Override
        public void lost(TopicPartition partition) {
            losses.add(partition);
        }

        @Override
        public void tick() {
            ticks.incrementAndGet();
        }
    }

    @Test
    void runsCommandsImmediatelyAndIdlesOtherwise(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("tail.");
        TopicPartition partition = kafka.partition(Topic.PACKETS, 0);
        var owner = new Counting();
        var fatal = new CompletableFuture<Throwable>();
        try (var tail = new Tail("test-tail", kafka.reader("test-tail"), kafka.reader("test-ends"), owner,
                (_, cause) -> fatal.complete(cause), LONG_POLL);
                KafkaProducer<String, byte[]> producer = kafka.producer("test-tail", 32 << 20)) {
            tail.start();
            tell(tail, () -> {});
            for (int i = 0; i < COMMANDS; i++) {
                tell(tail, () -> {});
            }
            tell(tail, () -> tail.follow(partition));
            for (int i = 0; i < COMMANDS; i++) {
                tell(tail, () -> {});
                var ended = new SessionEnded(i, i, SessionEnded.Reason.SUSPECTED, "");
                producer.send(new ProducerRecord<>(partition.topic(), 0, "live/show", LogCodec.encode(ended)));
                assertThat(owner.records.poll(Patience.MILLIS, TimeUnit.MILLISECONDS).value()).isEqualTo(ended);
            }
            assertThat(owner.ticks.get()).as("ticks: the tail does not spin").isLessThan(5 * COMMANDS);
        }
        assertThat(fatal).isNotDone();
    }

    /** The topic is created again while its tail is followed. */
    @Test
    void reportsThatOffsetsAreUsedAgain(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("tail-lost.");
        TopicPartition partition = kafka.partition(Topic.PACKETS, 0);
        var owner = new Counting();
        var fatal = new CompletableFuture<Throwable>();
        try (var log = new LogCapture(Tail.class);
                var tail = new Tail("test-lost", kafka.reader("test-lost"), kafka.reader("test-lost-ends"), owner,
                        (_, cause) -> fatal.complete(cause))) {
            tail.start();
            tell(tail, () -> tail.follow(partition));
            for (int i = 0; i < 3; i++) {
                assertThat(writeAndTake(kafka, owner).offset()).isEqualTo(i);
            }
            assertThat(owner.losses).isEmpty();
            TestBroker.recreate(kafka, Topic.PACKETS);
            assertThat(writeAndTake(kafka, owner).offset()).isZero();
            assertThat(owner.losses).containsExactly(partition);
            assertThat(writeAndTake(kafka, owner).offset()).isOne();
            assertThat(owner.losses).hasSize(1);
            assertThat(log.texts(Level.ERROR)).singleElement().asString().contains(partition + " has lost records");
        }
        assertThat(fatal).isNotDone();
    }

    private static ConsumerRecord<String, LogRecord> writeAndTake(KafkaClients kafka, Counting owner) throws Exception {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-lost", 32 << 20)) {
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS), 0, "live/show",
                    LogCodec.encode(new SessionEnded(1, 1, SessionEnded.Reason.SUSPECTED, ""))));
        }
        return owner.records.poll(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The fetch of the first partition stays open for longer than a query may take. */
    @Test
    void followsAnotherPartitionDuringLongFetch(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("tail2.");
        var fatal = new CompletableFuture<Throwable>();
        var attempts = new AtomicInteger();
        // With the request timeout of our clients, the fetch would be closed before the query times out.
        Map<String, ?> longFetch = Map.of(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 12_000,
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 30_000);
        try (var tail = new Tail("test-tail", kafka.reader("test-tail", longFetch),
                kafka.reader("test-ends"), new Counting(), (_, cause) -> fatal.complete(cause), LONG_POLL)) {
            tail.start();
            for (int partition = 0; partition < 2; partition++) {
                TopicPartition next = kafka.partition(Topic.PACKETS, partition);
                tell(tail, () -> {
                    attempts.incrementAndGet();
                    assertThat(tail.follow(next)).isZero();
                });
            }
        }
        assertThat(attempts).hasValue(2);
        assertThat(fatal).isNotDone();
    }

    private static void tell(Tail tail, Runnable command) throws Exception {
        var done = new CompletableFuture<Void>();
        tail.execute(() -> {
            command.run();
            done.complete(null);
        });
        done.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }
}
