package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Stamps;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** One stream's past and present: epochs of 2 s segments in two parts, as packager and segmenter write them. */
final class IndexedPast implements AutoCloseable {
    static final int SEGMENT_MS = 2_000;

    private final KafkaClients kafka;
    private final String stream;
    private final int fillBytes;
    private final KafkaProducer<String, byte[]> producer;
    private final List<StreamEntry.Session> sessions = new ArrayList<>();
    private long epoch;
    private long segment;
    private long startMs;
    private long timeMs;
    private long discontinuity;
    private boolean discontinuous;

    /** @param fillBytes that each part has beside its text */
    IndexedPast(KafkaClients kafka, String stream, int fillBytes) {
        this.kafka = kafka;
        this.stream = stream;
        this.fillBytes = fillBytes;
        producer = kafka.producer("test-past", 64 << 20);
    }

    IndexedPast epoch(long number, long atMs) {
        epoch = number;
        segment = 0;
        discontinuity = 0;
        discontinuous = false;
        startMs = atMs;
        timeMs = atMs;
        sessions.clear();
        sessions.add(new StreamEntry.Session(number, atMs, 0, 0, 1, List.of("avc1.64001f")));
        return this;
    }

    /** The publisher comes back within grace. */
    IndexedPast session(long number, long atMs) {
        end();
        sessions.add(new StreamEntry.Session(number, atMs, 0, 0, 1, List.of("avc1.64001f")));
        timeMs = atMs;
        discontinuous = true;
        discontinuity++;
        return this;
    }

    private void end() {
        StreamEntry.Session last = sessions.removeLast();
        sessions.add(new StreamEntry.Session(last.session(), last.startedAtMs(), timeMs, timeMs - last.startedAtMs(), 1,
                last.codecs()));
    }

    IndexedPast segments(int count) {
        for (int i = 0; i < count; i++) {
            for (int part = 0; part < 2; part++) {
                byte[] bytes = bytes(epoch, segment, part);
                long offset = send(Topic.PARTS, stream, timeMs,
                        new Part(epoch, segment, part, Format.TS, ByteBuffer.wrap(bytes)));
                send(Topic.INDEX, stream, timeMs,
                        new IndexEntry(epoch, epoch, segment, part, part == 1, Format.TS, offset, bytes.length, 0,
                                SEGMENT_MS * 45L, timeMs, 0, part == 0, part == 0 ? offset : -1, 0, 2, true,
                                discontinuous, discontinuity));
                timeMs += SEGMENT_MS / 2;
            }
            segment++;
            discontinuous = false;
        }
        return this;
    }

    IndexedPast entry(StreamEntry.State state) {
        if (state == StreamEntry.State.ENDED) {
            end();
        }
        send(Topic.STREAMS, StreamKey.of(stream, epoch), 0,
                new StreamEntry(stream, epoch, epoch, state, Fixtures.RULES, 0, 0, 0, 0, startMs, startMs,
                        state == StreamEntry.State.LIVE ? 0 : timeMs, "node-1", "127.0.0.1:5000", "FMLE/3.0", 2,
                        segment - 1, 2_500_000, Fixtures.TRACKS, List.copyOf(sessions), List.of()));
        return this;
    }

    long timeMs() {
        return timeMs;
    }

    /** What a segment's bytes begin with. */
    static String text(long epoch, long segment, int part) {
        return "epoch " + epoch + " segment " + segment + " part " + part + ";";
    }

    private byte[] bytes(long epoch, long segment, int part) {
        return (text(epoch, segment, part) + ".".repeat(fillBytes)).getBytes(StandardCharsets.US_ASCII);
    }

    private long send(Topic topic, String key, long mediaMs, LogRecord record) {
        try {
            Long stampMs = mediaMs == 0
                    ? null
                    : (Long) Stamps.of(mediaMs, System.currentTimeMillis(), kafka.settings().retentionMs());
            return producer.send(new ProducerRecord<>(kafka.settings().topic(topic), kafka.partitionOf(stream), stampMs,
                    key, LogCodec.encode(record))).get(20, TimeUnit.SECONDS).offset();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
