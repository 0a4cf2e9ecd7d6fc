package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.past.LogTimestamps;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes the records of one stream as the other stages do. */
final class LogWriter implements AutoCloseable {
    private final KafkaClients kafka;
    private final String stream;
    private final KafkaProducer<String, byte[]> producer;

    LogWriter(KafkaClients kafka, String stream) {
        this.kafka = kafka;
        this.stream = stream;
        producer = kafka.producer("test-" + stream, 32 << 20);
    }

    /** Returns the record's offset. */
    long write(Topic topic, LogRecord record) {
        if (record instanceof IndexEntry entry) {
            return offset(send(topic, entry, entry.times().programDateTimeMs()));
        }
        String key = record instanceof StreamEntry entry ? StreamKey.of(stream, entry.epoch()) : stream;
        return offset(sent(topic, key, null, LogCodec.encode(record)));
    }

    /** Writes the record whose retention depends on media time, without waiting for it. Completes with its offset. */
    Future<Long> send(Topic topic, LogRecord record, long programDateTimeMs) {
        long stampMs = LogTimestamps.of(programDateTimeMs, System.currentTimeMillis(), kafka.settings().retentionMs());
        return sent(topic, stream, stampMs, LogCodec.encode(record));
    }

    /** Writes without waiting for the record. Completes with its offset. */
    Future<Long> send(Topic topic, LogRecord record) {
        return sent(topic, stream, null, LogCodec.encode(record));
    }

    static long offset(Future<Long> sent) {
        try {
            return sent.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes an epoch, and all before it, from the directory as an owner does. */
    void expire(long epoch) {
        offset(sent(Topic.STREAMS, stream, null, LogCodec.encode(
                new StreamExpiry(stream, Records.EPOCH_MS, epoch, System.currentTimeMillis()))));
        offset(sent(Topic.STREAMS, StreamKey.of(stream, epoch), null, null));
    }

    /** Announces an ingest node. */
    void announce(IngestNode node, Instant at) {
        offset(sent(Topic.NODES, node.node(), at.toEpochMilli(), LogCodec.encode(node)));
    }

    void withdraw(String node) {
        offset(sent(Topic.NODES, node, null, null));
    }

    long session() {
        return write(Topic.PACKETS, Records.CLAIM);
    }

    /** Writes one segment of two parts with {@link #bytes}, and their index entries. */
    void segment(long epoch, long segment, long keyframeOffset) {
        for (int part = 0; part < 2; part++) {
            byte[] bytes = bytes(epoch, segment, part);
            long offset = write(Topic.PARTS,
                    new Part(new PartId(epoch, segment, part), RenditionId.TS, ByteBuffer.wrap(bytes)));
            IndexEntry entry = new Records.PartSpec(epoch, segment).sizeBytes(bytes.length).keyframe(keyframeOffset)
                    .part(part, part == 1, offset);
            write(Topic.INDEX, entry);
        }
    }

    static byte[] bytes(long epoch, long segment, int part) {
        return text(epoch, segment, part).getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the bytes of a part, which name it. */
    static String text(long epoch, long segment, int part) {
        return "epoch " + epoch + " segment " + segment + " part " + part + ";";
    }

    private Future<Long> sent(Topic topic, String key, Long stampMs, byte[] value) {
        var offset = new CompletableFuture<Long>();
        producer.send(new ProducerRecord<>(kafka.settings().topic(topic), kafka.partitionOf(stream), stampMs, key,
                value), (metadata, failure) -> {
                    if (failure == null) {
                        offset.complete(metadata.offset());
                    } else {
                        offset.completeExceptionally(failure);
                    }
                });
        return offset;
    }

    @Override
    public void close() {
        producer.close();
    }
}
