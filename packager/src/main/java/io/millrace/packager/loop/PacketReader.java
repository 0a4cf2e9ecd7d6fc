package io.millrace.packager.loop;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads packets by offset with its own consumer, so that the loop's positions do not change. Confined to the loop,
 * which waits for it. Such reads are rare, and bounded by {@link #TIMEOUT}.
 */
final class PacketReader implements PacketSource, AutoCloseable {
    /** If a read takes longer, the broker has a problem that the loop itself will also encounter. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaClients kafka;
    private final KafkaConsumer<String, LogRecord> consumer;

    PacketReader(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        this.consumer = kafka.seeker(clientId, Map.of());
    }

    @Override
    public Map<Long, Packet> read(int partition, Set<Long> offsets) {
        TopicPartition from = kafka.partition(Topic.PACKETS, partition);
        long first = offsets.stream().mapToLong(Long::longValue).min().orElseThrow();
        long last = offsets.stream().mapToLong(Long::longValue).max().orElseThrow();
        Map<Long, Packet> found = new HashMap<>();
        consumer.assign(List.of(from));
        consumer.seek(from, first);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (consumer.position(from, TIMEOUT) <= last) {
            for (ConsumerRecord<String, LogRecord> record : consumer.poll(POLL)) {
                if (offsets.contains(record.offset()) && record.value() instanceof Packet packet) {
                    found.put(record.offset(), packet);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("packets " + first + " to " + last + " of " + from + " were not read within "
                        + TIMEOUT);
            }
        }
        consumer.unsubscribe();
        return found;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
