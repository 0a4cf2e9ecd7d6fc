package io.millrace.ingest;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads all records of a topic, from the earliest on. */
final class LogTail implements AutoCloseable {
    private static final long DEADLINE_MS = 120_000;

    private final KafkaConsumer<String, LogRecord> consumer;
    private final List<ConsumerRecord<String, LogRecord>> seen = new ArrayList<>();

    LogTail(KafkaClients kafka, Topic topic) {
        consumer = kafka.reader("tail-" + topic);
        consumer.assign(IntStream.range(0, kafka.settings().partitions()).mapToObj(p -> kafka.partition(topic, p))
                .toList());
    }

    /** Reads until {@code enough} accepts all records read so far, and returns them. */
    List<ConsumerRecord<String, LogRecord>> until(Predicate<List<ConsumerRecord<String, LogRecord>>> enough) {
        long deadline = System.nanoTime() + DEADLINE_MS * 1_000_000;
        while (!enough.test(seen)) {
            assertThat(System.nanoTime()).as("deadline; seen so far: %s",
                    seen.stream().map(r -> r.key() + "@" + r.offset() + " " + r.value()).toList())
                    .isLessThan(deadline);
            consumer.poll(Duration.ofMillis(50)).forEach(seen::add);
        }
        return List.copyOf(seen);
    }

    /** Reads until at least {@code count} values of {@code type} match, and returns those. */
    <T extends LogRecord> List<T> until(Class<T> type, int count, Predicate<T> matching) {
        until(all -> of(all, type, matching).size() >= count);
        return of(seen, type, matching);
    }

    static <T extends LogRecord> List<T> of(List<ConsumerRecord<String, LogRecord>> records, Class<T> type,
            Predicate<T> matching) {
        return records.stream().map(ConsumerRecord::value).filter(type::isInstance).map(type::cast).filter(matching)
                .toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
