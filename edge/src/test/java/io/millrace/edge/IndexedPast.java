package io.millrace.edge;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

/**
 * Writes the epochs of one stream to the log as segmenter and packager do: 2 s segments of two parts, in MPEG-TS or in
 * several renditions. Parts of CMAF have their texts too, and the first of a segment begins with {@link #init}.
 */
final class IndexedPast implements AutoCloseable {
    static final int SEGMENT_MS = 2_000;
    static final int AUDIO_LATE_MS = 7;

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
    private List<RenditionId> renditions = List.of(RenditionId.TS);
    private EpochRules rules = Records.RULES;

    /** @param fillBytes size of each part in addition to its text */
    IndexedPast(KafkaClients kafka, String stream, int fillBytes) {
        this.stream = stream;
        this.fillBytes = fillBytes;
        log = new LogWriter(kafka, stream);
    }

    /** Epochs that follow have these renditions. */
    IndexedPast renditions(EpochRules ruledBy, List<RenditionId> those) {
        rules = ruledBy;
        renditions = those;
        return this;
    }

    /** Returns the init section of a rendition's segments with a discontinuity number. */
    static String init(RenditionId rendition, long discontinuity) {
        return "init " + rendition.tracks() + " " + discontinuity + ";";
    }

    /** Returns the text of a part, without an init section. */
    static String text(RenditionId rendition, long epoch, long segment, int part) {
        return LogWriter.text(epoch, segment, part)
                + (rendition.equals(RenditionId.TS) ? "" : rendition.tracks() + ";");
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

    /** The publisher returns within its grace period. */
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
        List<Future<Long>> parts = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            for (RenditionId rendition : renditions) {
                byte[] bytes = bytes(rendition, segment + i / 2, i % 2);
                parts.add(log.send(Topic.PARTS,
                        new Part(new PartId(epoch, segment + i / 2, i % 2), rendition, ByteBuffer.wrap(bytes)),
                        timeMs(i)));
            }
        }
        List<Future<Long>> entries = new ArrayList<>();
        for (int i = 0; i < 2 * count; i++) {
            for (int r = 0; r < renditions.size(); r++) {
                long offset = LogWriter.offset(parts.get(i * renditions.size() + r));
                entries.add(log.send(Topic.INDEX, entry(renditions.get(r), i % 2, offset), timeMs));
            }
            timeMs += SEGMENT_MS / 2;
            if (i % 2 == 1) {
                segment++;
                discontinuous = false;
            }
        }
        entries.forEach(LogWriter::offset);
        return this;
    }

    private long timeMs(int part) {
        return timeMs + part * (SEGMENT_MS / 2L);
    }

    private IndexEntry entry(RenditionId rendition, int part, long offset) {
        boolean hasInit = part == 0 && !rendition.equals(RenditionId.TS);
        return new IndexEntry(new PartId(epoch, segment, part), part == 1, rendition,
                new PartPlace(offset, bytes(rendition, segment, part).length,
                        hasInit ? init(rendition, discontinuity).length() : 0, 0),
                new PartTimes(0, SEGMENT_MS * 45L, timeMs + startMs(rendition), 0),
                part == 0, new Keyframe(epoch, part == 0 ? offset : Keyframe.NONE, 0),
                new SegmentStart(true, discontinuous, discontinuity, 2));
    }

    IndexedPast entry(StreamEntry.State state) {
        if (state == StreamEntry.State.ENDED) {
            end();
        }
        log.write(Topic.STREAMS,
                new StreamEntry(stream, epoch, state, rules,
                        new StreamEntry.Span(0, 0, startMs, state == StreamEntry.State.LIVE ? 0 : timeMs),
                        Records.newest(epoch, 0, startMs, Records.TRACKS), Records.playlist(segment - 1),
                        List.copyOf(sessions)));
        return this;
    }

    long timeMs() {
        return timeMs;
    }

    /** Returns by how many ms a rendition is later than the others: audio frames do not end with the segments. */
    private static long startMs(RenditionId rendition) {
        return rendition.tracks().stream().anyMatch(track -> track.kind() == Packet.Kind.AUDIO) ? AUDIO_LATE_MS : 0;
    }

    private byte[] bytes(RenditionId rendition, long segment, int part) {
        String init = part == 0 && !rendition.equals(RenditionId.TS) ? init(rendition, discontinuity) : "";
        return (init + text(rendition, epoch, segment, part) + ".".repeat(fillBytes))
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        log.close();
    }
}
