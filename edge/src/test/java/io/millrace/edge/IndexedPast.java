package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.StreamEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One stream's past and present: epochs of 2 s segments in two parts, as packager and segmenter write them. */
final class IndexedPast implements AutoCloseable {
    static final int SEGMENT_MS = 2_000;

    private final String stream;
    private final int fillBytes;
    private final LogWriter log;
    private final List<StreamEntry.Session> sessions = new ArrayList<>();
    private long epoch;
    private long segment;
    private long startMs;
    private long timeMs;
    private long discontinuity;
    private boolean discontinuous;

    /** @param fillBytes that each part has beside its text */
    IndexedPast(KafkaClients kafka, String stream, int fillBytes) {
        this.stream = stream;
        this.fillBytes = fillBytes;
        log = new LogWriter(kafka, stream);
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
                byte[] bytes = bytes(part);
                long offset = log.write(Topic.PARTS,
                        new Part(epoch, segment, part, Format.TS, ByteBuffer.wrap(bytes)), timeMs);
                log.write(Topic.INDEX,
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
        log.write(Topic.STREAMS,
                new StreamEntry(stream, epoch, epoch, state, Fixtures.RULES, 0, 0, 0, 0, startMs, startMs,
                        state == StreamEntry.State.LIVE ? 0 : timeMs, "node-1", "127.0.0.1:5000", "FMLE/3.0", 2,
                        segment - 1, 2_500_000, Fixtures.TRACKS, List.copyOf(sessions), List.of()));
        return this;
    }

    long timeMs() {
        return timeMs;
    }

    private byte[] bytes(int part) {
        return (LogWriter.text(epoch, segment, part) + ".".repeat(fillBytes)).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        log.close();
    }
}
