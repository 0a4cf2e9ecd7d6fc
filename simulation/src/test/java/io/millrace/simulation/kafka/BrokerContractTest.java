package io.millrace.simulation.kafka;

import io.millrace.testkit.Patience;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** {@link KafkaContract} for a real broker. */
@SlowTest
class BrokerContractTest extends KafkaContract {
    /** A record with this distance from the first one of its segment begins another segment. */
    private static final int SEGMENT_MS = 1_000_000;
    private static final int CLEANER_MS = 50;
    private static final int SILENCE_MS = 3_000;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static TestBroker broker;
    private static Admin admin;
    private static BrokerWire wire;
    private static KafkaProducer<String, byte[]> producer;
    private static KafkaConsumer<String, byte[]> consumer;

    private final List<BrokerMember> members = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        broker = TestBroker.running(Map.of("log.cleaner.backoff.ms", String.valueOf(CLEANER_MS),
                "log.initial.task.delay.ms", "0"));
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()));
        wire = BrokerWire.connect(broker.bootstrap());
        producer = new KafkaProducer<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap()),
                new StringSerializer(), new ByteArraySerializer());
        consumer = consumer(Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        consumer.close();
        producer.close();
        wire.close();
        admin.close();
        broker.close();
    }

    @AfterEach
    void leave() {
        members.forEach(member -> member.consumer.close());
    }

    @Override
    Log log(boolean compacted) {
        return new BrokerLog(topic(1, compacted
                ? Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_MS_CONFIG, String.valueOf(SEGMENT_MS),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.01")
                : Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1")));
    }

    @Override
    Group group() {
        return new BrokerGroup(topic(PARTITIONS, Map.of()));
    }

    private static String topic(int partitions, Map<String, String> config) {
        String name = "contract-" + NAMES.incrementAndGet();
        await(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config))).all()
                .toCompletionStage().toCompletableFuture());
        return name;
    }

    private static KafkaConsumer<String, byte[]> consumer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) POLL.toMillis());
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static final class BrokerLog implements Log {
        private final TopicPartition partition;

        BrokerLog(String topic) {
            partition = new TopicPartition(topic, 0);
        }

        @Override
        public OptionalLong append(Batch batch) {
            return wire.produce(partition, batch);
        }

        @Override
        public List<Long> send(List<Batch.Entry> entries) {
            List<Future<RecordMetadata>> sent = entries.stream().map(entry -> producer.send(new ProducerRecord<>(
                    partition.topic(), 0, entry.timestampMs(), entry.key(), entry.value()))).toList();
            return sent.stream().map(future -> await(future).offset()).toList();
        }

        @Override
        public List<Read> read(long from) {
            List<Read> found = new ArrayList<>();
            consumer.assign(Set.of(partition));
            consumer.seek(partition, from);
            long end = endOffset();
            Patience.await().until(() -> {
                consumer.poll(POLL).forEach(record -> found.add(new Read(record.offset(), record.key(),
                        record.value() == null ? null : new String(record.value(), StandardCharsets.UTF_8))));
                return consumer.position(partition) >= end;
            });
            return found;
        }

        @Override
        public long startOffset() {
            return consumer.beginningOffsets(Set.of(partition)).get(partition);
        }

        @Override
        public long endOffset() {
            return consumer.endOffsets(Set.of(partition)).get(partition);
        }

        @Override
        public OptionalLong offsetAt(long timeMs) {
            OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, timeMs)).get(partition);
            return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
        }

        @Override
        public long timeMs() {
            return System.currentTimeMillis();
        }

        @Override
        public void deleteBefore(long offset) {
            await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset))).all()
                    .toCompletionStage().toCompletableFuture());
        }

        /** Begins another segment, because the cleaner leaves the newest one alone. */
        @Override
        public void compact() {
            send(List.of(new Batch.Entry("another segment", new byte[1], 3 * SEGMENT_MS)));
            Patience.await().until(() -> {
                List<String> keys = read(0).stream().map(Read::key).toList();
                return keys.size() == new HashSet<>(keys).size();
            });
        }
    }

    private final class BrokerGroup implements Group {
        private final String topic;

        BrokerGroup(String topic) {
            this.topic = topic;
        }

        @Override
        public Member join() {
            BrokerMember member = new BrokerMember(topic);
            members.add(member);
            return member;
        }

        @Override
        public OptionalLong committed(int partition) {
            var of = new TopicPartition(topic, partition);
            var found = await(admin.listConsumerGroupOffsets(topic).partitionsToOffsetAndMetadata()
                    .toCompletionStage().toCompletableFuture()).get(of);
            return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
        }

        @Override
        public void until(BooleanSupplier condition) {
            Patience.await().until(() -> {
                members.forEach(BrokerMember::poll);
                return condition.getAsBoolean();
            });
        }
    }

    /** Frozen, it does not poll, and the coordinator hears no more of it. */
    private static final class BrokerMember implements Member, ConsumerRebalanceListener {
        private final String topic;
        private final KafkaConsumer<String, byte[]> consumer;
        private final Set<Integer> owned = new TreeSet<>();
        private final List<String> calls = new ArrayList<>();
        private ConsumerGroupMetadata frozenAs;

        BrokerMember(String topic) {
            this.topic = topic;
            consumer = consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, topic,
                    ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, SILENCE_MS,
                    ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SILENCE_MS / 10,
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName()));
            consumer.subscribe(List.of(topic), this);
        }

        void poll() {
            if (frozenAs == null) {
                consumer.poll(POLL);
            }
        }

        @Override
        public void freeze() {
            frozenAs = consumer.groupMetadata();
        }

        @Override
        public void thaw() {
            frozenAs = null;
        }

        @Override
        public boolean commit(int partition, long position) {
            return wire.commit(frozenAs == null ? consumer.groupMetadata() : frozenAs,
                    new TopicPartition(topic, partition), position);
        }

        @Override
        public Set<Integer> owned() {
            return owned;
        }

        @Override
        public List<String> calls() {
            return calls;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            added.forEach(partition -> {
                owned.add(partition.partition());
                calls.add("assigned " + partition.partition());
            });
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            remove("revoked ", revoked);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            remove("lost ", lost);
        }

        private void remove(String how, Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> {
                owned.remove(partition.partition());
                calls.add(how + partition.partition());
            });
        }
    }
}
