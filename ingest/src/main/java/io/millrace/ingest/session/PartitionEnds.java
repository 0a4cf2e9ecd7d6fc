package io.millrace.ingest.session;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Queries the beginning and end offsets of partitions. Uses a consumer of its own that fetches no records, because a
 * query on the connection of a fetching consumer waits for the fetch.
 *
 * <p>Confined to one thread, except for {@link #wakeup}.
 */
final class PartitionEnds implements AutoCloseable {
    private static final Duration QUESTION = Duration.ofSeconds(1);
    /**
     * No query of a round begins later than this after the first, so that leaderless partitions cannot delay the caller
     * much longer.
     */
    private static final long ROUND_MS = 5_000;

    private final KafkaConsumer<String, LogRecord> consumer;
    private final LongSupplier clockMs;

    /** @param clockMs any monotonic clock, in ms */
    PartitionEnds(KafkaClients kafka, String clientId, LongSupplier clockMs) {
        this.consumer = kafka.reader(clientId);
        this.clockMs = clockMs;
    }

    /** Queries the end of each partition, see {@link #ask}. */
    void ends(Collection<TopicPartition> partitions, ObjLongConsumer<TopicPartition> found,
            BiConsumer<TopicPartition, RetriableException> notReached) {
        ask(partitions, partition -> consumer.endOffsets(Set.of(partition), QUESTION), found, notReached);
    }

    /** Queries the beginning of each partition, see {@link #ask}. */
    void beginnings(Collection<TopicPartition> partitions, ObjLongConsumer<TopicPartition> found,
            BiConsumer<TopicPartition, RetriableException> notReached) {
        ask(partitions, partition -> consumer.beginningOffsets(Set.of(partition), QUESTION), found, notReached);
    }

    /**
     * Queries each partition separately, so that a leaderless partition does not make the queries of the others fail.
     * Blocks for about 6 s at most; skips the partitions for which no time is left.
     */
    private void ask(Collection<TopicPartition> partitions,
            Function<TopicPartition, Map<TopicPartition, Long>> question,
            ObjLongConsumer<TopicPartition> found, BiConsumer<TopicPartition, RetriableException> notReached) {
        long startMs = clockMs.getAsLong();
        for (TopicPartition partition : partitions) {
            if (clockMs.getAsLong() - startMs > ROUND_MS) {
                return;
            }
            try {
                found.accept(partition, question.apply(partition).get(partition));
            } catch (RetriableException e) {
                notReached.accept(partition, e);
            }
        }
    }

    /** Makes the running query, or else the next one, throw WakeupException. Called on any thread. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
