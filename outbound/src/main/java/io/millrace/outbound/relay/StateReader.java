package io.millrace.outbound.relay;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.UnreadableStateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the states of relays, and the relays of the API, from the log. Blocks; confined to one thread. */
final class StateReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StateReader.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaClients kafka;
    private final TopicPartition definitions;
    private final KafkaConsumer<String, byte[]> consumer;

    /** End of the definitions when {@link #follow} began; -1 until known. */
    private long definitionsEnd = -1;

    /** @param fetchMs how long a broker may hold a fetch at the end of the log */
    StateReader(KafkaClients kafka, String clientId, int fetchMs) {
        this.kafka = kafka;
        definitions = kafka.partition(Topic.RELAY_RULES, DefinitionWriter.PARTITION);
        Map<String, Object> config = kafka.consumerConfig(clientId);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, fetchMs);
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Returns the offsets after the newest records of partitions of a topic, by partition. */
    Map<Integer, Long> ends(Topic topic, Set<Integer> partitions) {
        return consumer.endOffsets(of(topic, partitions), ANSWER).entrySet().stream()
                .collect(Collectors.toMap(end -> end.getKey().partition(), Map.Entry::getValue));
    }

    /**
     * Returns the newest states of all relays of the partitions' streams.
     *
     * @throws TimeoutException if Kafka does not respond in time
     */
    Map<RelayKey, RelayState> read(Set<Integer> partitions) {
        List<TopicPartition> all = of(Topic.RELAYS, partitions);
        Map<RelayKey, RelayState> states = new HashMap<>();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all, ANSWER);
        long sinceNanos = System.nanoTime();
        while (all.stream().anyMatch(partition -> consumer.position(partition, ANSWER) < ends.get(partition))) {
            consumer.poll(POLL).forEach(record -> put(record, states));
            if (System.nanoTime() - sinceNanos > ANSWER.toNanos()) {
                throw new TimeoutException("the states of the relays were not read in time");
            }
        }
        return states;
    }

    private List<TopicPartition> of(Topic topic, Set<Integer> partitions) {
        return partitions.stream().map(partition -> kafka.partition(topic, partition)).toList();
    }

    /** Makes {@link #follow} begin with the oldest states of all partitions, and the oldest definitions. */
    void assignAll() {
        List<TopicPartition> all = new ArrayList<>(of(Topic.RELAYS,
                IntStream.range(0, kafka.settings().partitions()).boxed().collect(Collectors.toSet())));
        all.add(definitions);
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    /** Applies the next records to {@code states} and {@code table}. Waits for them for one poll. */
    void follow(Map<RelayKey, RelayState> states, RelayTable table) {
        if (definitionsEnd < 0) {
            findEnd();
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            if (record.topic().equals(definitions.topic())) {
                table.apply(record.key(), record.value());
            } else {
                put(record, states);
            }
        }
        reportTo(table);
    }

    private void reportTo(RelayTable table) {
        try {
            long position = consumer.position(definitions, ANSWER);
            if (definitionsEnd >= 0 && position >= definitionsEnd) {
                table.readTo(position);
            }
        } catch (TimeoutException e) {
            log.info("it is not known yet whether all relays of the API are: {}", e.getMessage());
        }
    }

    /** Before the first poll, so that the request does not wait behind an open fetch. */
    private void findEnd() {
        try {
            definitionsEnd = consumer.endOffsets(List.of(definitions), ANSWER).get(definitions);
        } catch (TimeoutException e) {
            log.info("the relays of the API are not known yet: {}", e.getMessage());
        }
    }

    private static void put(ConsumerRecord<String, byte[]> record, Map<RelayKey, RelayState> states) {
        try {
            if (record.value() == null) {
                states.remove(RelayKey.parse(record.key()));
            } else {
                RelayState state = RelayState.decode(record.value());
                states.put(state.key(), state);
            }
        } catch (UnreadableStateException | IllegalArgumentException e) {
            log.warn("cannot read a state of a relay, which continues live: {}; are newer nodes running?",
                    e.toString());
        }
    }

    @Override
    public void close() {
        KafkaClients.closing(consumer).close();
    }
}
