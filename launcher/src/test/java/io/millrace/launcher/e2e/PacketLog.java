package io.millrace.launcher.e2e;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What the log has of a stream, read with nothing but a Kafka client. */
final class PacketLog {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private PacketLog() {}

    /** The packets of {@code stream} up to the end of its session. */
    static List<Packet> untilEnd(String kafka, String stream) {
        String topic = "millrace." + Topic.PACKETS.name().toLowerCase(Locale.ROOT);
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            List<Packet> packets = new ArrayList<>();
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (!stream.equals(record.key())) {
                        continue;
                    }
                    switch (LogCodec.decode(ByteBuffer.wrap(record.value()))) {
                        case Packet packet -> packets.add(packet);
                        case SessionEnded _ -> {
                            return packets;
                        }
                        default -> {
                            // Its claim.
                        }
                    }
                }
            }
        }
        throw new AssertionError("no end of " + stream + " within " + LIMIT);
    }
}
