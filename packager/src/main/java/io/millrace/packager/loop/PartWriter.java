package io.millrace.packager.loop;

import io.millrace.packager.meters.PackagerMeters;
import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.past.Stamps;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes parts and, when Kafka has acknowledged a part, its index entry with the part's offset. Within a partition, the
 * index has the order of the calls.
 *
 * <p>{@link #write} and {@link #end} are confined to the loop; this class owns the thread {@code packager-index}. A failed write is
 * final, because the producer has already retried for its delivery timeout; {@link #failure} returns it.
 */
final class PartWriter implements PartSink, AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final long limitBytes;
    private final PackagerMeters meters;
    private final InstantSource clock;
    private final AtomicLong inFlightBytes = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    /** Bounded by the limit on bytes in flight. */
    private final BlockingQueue<Indexable> indexable = new LinkedBlockingQueue<>();
    private final Map<Integer, Line> lines = new ConcurrentHashMap<>();
    private final Thread indexer;
    private final Object drained = new Object();

    /** What can be written to the index now. */
    private sealed interface Indexable {}

    /** A part that Kafka has acknowledged. */
    private record Stored(int partition, String stream, MuxedPart part, long partsOffset,
            Runnable indexed) implements Indexable {}

    /** The end of an epoch whose parts Kafka has acknowledged. */
    private record Ended(int partition, String stream, EpochEnded record, Runnable indexed) implements Indexable {}

    /** The parts of one partition, and the ends that wait for them. Kafka acknowledges parts in the order of the calls. */
    private final class Line {
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private long sent;
        private long acknowledged;

        /** @param after number of parts that come first */
        private record Waiting(long after, Ended ended) {}

        synchronized void sent() {
            sent++;
        }

        synchronized void acknowledged(Stored part) {
            indexable.add(part);
            acknowledged++;
            release();
        }

        synchronized void end(Ended ended) {
            waiting.add(new Waiting(sent, ended));
            release();
        }

        private void release() {
            while (!waiting.isEmpty() && waiting.element().after() <= acknowledged) {
                indexable.add(waiting.remove().ended());
            }
        }
    }

    PartWriter(KafkaClients kafka, String clientId, long limitBytes, PackagerMeters meters, InstantSource clock) {
        this.kafka = kafka;
        this.limitBytes = limitBytes;
        this.meters = meters;
        this.clock = clock;
        // Buffer for more than can be in flight: the last part over the limit, half-empty batches, index entries. While
        // Kafka is unavailable, the producer waits: the loop stops reading, and parts in memory are not committed.
        this.producer = kafka.producer(clientId, Math.max(2 * limitBytes, limitBytes + 4L * Sizes.RECORD_BYTES),
                Map.of(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Timeouts.PATIENT_DELIVERY_MS,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, (long) Timeouts.PATIENT_DELIVERY_MS));
        this.indexer = Thread.ofVirtual().name("packager-index").start(this::index);
    }

    long inFlightBytes() {
        return inFlightBytes.get();
    }

    /** The failure that ended all writing, or null. */
    Exception failure() {
        return failure.get();
    }

    @Override
    public boolean hasRoom() {
        return inFlightBytes.get() < limitBytes;
    }

    @Override
    public void write(int partition, String stream, MuxedPart part, Runnable indexed) {
        inFlightBytes.addAndGet(part.part().bytes().remaining());
        byte[] value = LogCodec.encode(part.part());
        Line line = line(partition);
        line.sent();
        producer.send(record(Topic.PARTS, partition, stream, part.cut().times().programDateTimeMs(), value),
                (metadata, e) -> {
                    if (e == null) {
                        line.acknowledged(new Stored(partition, stream, part, metadata.offset(), indexed));
                    } else {
                        failed(e);
                    }
                });
    }

    @Override
    public void end(int partition, String stream, EpochEnded ended, Runnable indexed) {
        line(partition).end(new Ended(partition, stream, ended, indexed));
    }

    private Line line(int partition) {
        return lines.computeIfAbsent(partition, _ -> new Line());
    }

    private ProducerRecord<String, byte[]> record(Topic topic, int partition, String stream, long programDateTimeMs,
            byte[] value) {
        long stampMs = Stamps.of(programDateTimeMs, clock.millis(), kafka.settings().retentionMs());
        return new ProducerRecord<>(kafka.settings().topic(topic), partition, stampMs, stream, value);
    }

    private void index() {
        try {
            while (true) {
                switch (indexable.take()) {
                    case Stored part -> index(part);
                    case Ended ended -> index(ended);
                }
            }
        } catch (InterruptedException _) {
            // close() was called.
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(Exception e) {
        failure.compareAndSet(null, e);
        synchronized (drained) {
            drained.notifyAll();
        }
    }

    private void index(Stored next) {
        byte[] value = LogCodec.encode(next.part().entry(next.partsOffset()));
        long atMs = next.part().cut().times().programDateTimeMs();
        producer.send(record(Topic.INDEX, next.partition(), next.stream(), atMs, value),
                (_, e) -> {
                    if (e == null) {
                        indexed(next);
                    } else {
                        failed(e);
                    }
                });
    }

    private void index(Ended next) {
        byte[] value = LogCodec.encode(next.record());
        producer.send(record(Topic.INDEX, next.partition(), next.stream(), next.record().endMs(), value), (_, e) -> {
            if (e == null) {
                next.indexed().run();
            } else {
                failed(e);
            }
        });
    }

    private void indexed(Stored next) {
        int bytes = next.part().part().bytes().remaining();
        inFlightBytes.addAndGet(-bytes);
        next.indexed().run();
        synchronized (drained) {
            drained.notifyAll();
        }
        meters.indexed(bytes, clock.millis() * 1_000 - next.part().cut().times().arrivalUs());
    }

    /**
     * Waits until nothing is in flight, at most {@link #CLOSE_TIMEOUT}. Parts still in flight are made again after a
     * restart.
     */
    void drain() throws InterruptedException {
        long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
        synchronized (drained) {
            long leftMs = CLOSE_TIMEOUT.toMillis();
            while (inFlightBytes.get() > 0 && failure.get() == null && leftMs > 0) {
                drained.wait(leftMs);
                leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        }
    }

    @Override
    public void close() {
        indexer.interrupt();
        producer.close(CLOSE_TIMEOUT);
    }
}
