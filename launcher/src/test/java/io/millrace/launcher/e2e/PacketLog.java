package io.millrace.launcher.e2e;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
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

/** The records of a stream in the log, read with nothing but a Kafka client. */
final class PacketLog {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** @param startedAtMs time of the claim, by the clock of its node */
    record Session(long startedAtMs, List<Packet> packets) {}

    private PacketLog() {}

    /** Returns the packets of {@code stream} up to the end of its session. */
    static List<Packet> untilEnd(String kafka, String stream) {
        return sessions(kafka, stream, 1).getFirst().packets();
    }

    /** Returns the first sessions of {@code stream}, one after the other, when all of them have ended. */
    static List<Session> sessions(String kafka, String stream, int count) {
        String topic = "millrace." + Topic.PACKETS.name().toLowerCase(Locale.ROOT);
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            List<Session> sessions = new ArrayList<>();
            int ended = 0;
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (!stream.equals(record.key())) {
                        continue;
                    }
                    switch (LogCodec.decode(ByteBuffer.wrap(record.value()))) {
                        case SessionStarted started -> sessions.add(
                                new Session(started.startedAtMs(), new ArrayList<>()));
                        case Packet packet -> sessions.getLast().packets().add(packet);
                        case SessionEnded _ -> {
                            if (++ended == count) {
                                return sessions;
                            }
                        }
                        default -> {
                            // The end of the grace period.
                        }
                    }
                }
            }
        }
        throw new AssertionError("no end of " + stream + " within " + LIMIT);
    }
}
