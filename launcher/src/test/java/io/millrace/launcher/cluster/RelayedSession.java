package io.millrace.launcher.cluster;

import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionStarted;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One publish of a relay, as the target has written it to its log; read with nothing but a Kafka client.
 *
 * @param frames names of the frames, in the order of arrival
 * @param firstMs arrival of the first frame, ms since 1970
 * @param lastMs arrival of the last frame, ms since 1970
 */
record RelayedSession(List<String> frames, long firstMs, long lastMs) {
    private static final Duration POLL = Duration.ofMillis(200);

    /** Returns the sessions of a stream that have frames. */
    static List<RelayedSession> read(String kafka, String prefix, String stream) {
        Map<Long, List<Packet>> sessions = new TreeMap<>();
        for (ConsumerRecord<String, byte[]> record : records(kafka, prefix + "packets")) {
            if (stream.equals(record.key())
                    && LogCodec.decode(ByteBuffer.wrap(record.value())) instanceof Packet packet) {
                sessions.computeIfAbsent(SessionStarted.offset(packet.session()), _ -> new ArrayList<>()).add(packet);
            }
        }
        return sessions.values().stream().map(RelayedSession::of).filter(session -> !session.frames().isEmpty())
                .toList();
    }

    /** Returns the frames of all sessions of a stream, in log order. */
    static List<String> logged(String kafka, String prefix, String stream) {
        return read(kafka, prefix, stream).stream().flatMap(session -> session.frames().stream()).toList();
    }

    private static RelayedSession of(List<Packet> packets) {
        List<Packet> media = packets.stream().filter(packet -> NumberedFrame.names(packet.body()).count() == 1)
                .toList();
        return media.isEmpty()
                ? new RelayedSession(List.of(), 0, 0)
                : new RelayedSession(media.stream().flatMap(packet -> NumberedFrame.names(packet.body())).toList(),
                        media.getFirst().arrivalUs() / 1_000, media.getLast().arrivalUs() / 1_000);
    }

    private static List<ConsumerRecord<String, byte[]>> records(String kafka, String topic) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition())).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(POLL).forEach(records::add);
            }
        }
        return records;
    }

    /** Asserts that the session has consecutive frames of {@code sent}, beginning with a keyframe. */
    void assertPartOf(List<String> sent) {
        int from = sent.indexOf(frames.getFirst());
        assertThat(from).as("first frame of a session").isNotNegative();
        assertThat(NumberedFrame.isKeyframe(frames.getFirst())).isTrue();
        assertThat(frames).isEqualTo(sent.subList(from, Math.min(sent.size(), from + frames.size())));
    }

    /** Asserts that every frame of {@code sent} was received, and that each session continues before the gap. */
    static void assertNoGap(List<String> sent, List<RelayedSession> sessions) {
        int next = 0;
        for (RelayedSession session : sessions) {
            session.assertPartOf(sent);
            int from = sent.indexOf(session.frames().getFirst());
            assertThat(from).as("frame with which a session continues").isLessThanOrEqualTo(next);
            next = Math.max(next, from + session.frames().size());
        }
        assertThat(next).as("frames received").isEqualTo(sent.size());
    }
}
