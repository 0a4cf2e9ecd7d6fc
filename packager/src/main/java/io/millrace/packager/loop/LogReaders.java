package io.millrace.packager.loop;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Packet;
import io.millrace.platform.past.RangeReader;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads parts of the log that the consumer group's positions have passed: packets that were evicted, and the index from
 * the position of a partition that is taken over. Such reads are rare, so a few readers serve all partitions. Each read
 * fails after a bounded time with {@link TimeoutException}. Thread-safe.
 */
final class LogReaders implements PartitionWorker.Reads, AutoCloseable {
    /** More than one, since a partition without a leader occupies its reader until the read fails. */
    private static final int READERS = 4;
    private static final long WAIT_MS = 10_000;
    /** Number of offsets of the index that are read at a time. */
    private static final long GAPS_STEP = 100_000;

    private final KafkaClients kafka;
    private final String clientId;
    private final BlockingQueue<RangeReader> idle = new ArrayBlockingQueue<>(READERS);
    private final AtomicInteger created = new AtomicInteger();

    LogReaders(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
    }

    @Override
    public PacketSource packets(int partition) {
        return new PacketSource() {
            @Override
            public Ends ends() {
                return with(reader -> {
                    long segments = reader.end(kafka.partition(Topic.SEGMENTS, partition));
                    return new Ends(segments, reader.end(kafka.partition(Topic.PACKETS, partition)));
                });
            }

            @Override
            public Map<Long, Packet> read(Set<Long> offsets) {
                return LogReaders.this.packets(partition, offsets);
            }
        };
    }

    private Map<Long, Packet> packets(int partition, Set<Long> offsets) {
        TopicPartition packets = kafka.partition(Topic.PACKETS, partition);
        Map<Long, Packet> found = new HashMap<>();
        return with(reader -> {
            reader.read(packets, Collections.min(offsets), Collections.max(offsets) + 1, record -> {
                if (offsets.contains(record.offset()) && record.value() instanceof Packet packet) {
                    found.put(record.offset(), packet);
                }
                return true;
            });
            return found;
        });
    }

    @Override
    public RecordedGaps gaps(int partition, long from) {
        TopicPartition index = kafka.partition(Topic.INDEX, partition);
        return with(reader -> {
            var gaps = new RecordedGaps();
            long end = reader.end(index);
            long segmentsEnd = reader.end(kafka.partition(Topic.SEGMENTS, partition));
            // Without a committed position, this may be the index of a whole day. Each step has its own time limit.
            for (long at = Math.max(from, reader.beginning(index)); at < end; at += GAPS_STEP) {
                reader.read(index, at, Math.min(end, at + GAPS_STEP), record -> {
                    if (record.value() instanceof IndexedPart part && record.key() != null) {
                        gaps.add(record.offset(), record.key(), part);
                    }
                    return true;
                });
            }
            gaps.complete(end, segmentsEnd);
            return gaps;
        });
    }

    private <T> T with(Function<RangeReader, T> read) {
        RangeReader reader = take();
        try {
            return read.apply(reader);
        } finally {
            idle.add(reader);
        }
    }

    private RangeReader take() {
        RangeReader free = idle.poll();
        if (free != null) {
            return free;
        }
        int number = created.getAndUpdate(count -> Math.min(READERS, count + 1));
        if (number < READERS) {
            return new RangeReader(kafka.seeker(clientId + "-" + number, Map.of()));
        }
        try {
            free = idle.poll(WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        if (free == null) {
            throw new TimeoutException("all readers of the packager are busy");
        }
        return free;
    }

    /** Closes the idle readers. Others are closed with the process. */
    @Override
    public void close() {
        for (RangeReader reader = idle.poll(); reader != null; reader = idle.poll()) {
            reader.close();
        }
    }
}
