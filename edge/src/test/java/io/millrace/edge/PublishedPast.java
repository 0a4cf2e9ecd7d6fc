package io.millrace.edge;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.session.SessionFold;
import io.millrace.platform.session.Verdict;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One epoch as a publisher, a segmenter and a packager write it: groups of two seconds, ten frames of picture and twenty of
 * sound each, and what every viewer of it should get. Wall clock and media time go together but where a publisher was away.
 */
final class PublishedPast implements AutoCloseable {
    static final int GROUP_MS = 2_000;
    private static final int PICTURE_MS = 200;
    private static final int SOUND_MS = 100;
    private static final long TICKS_A_MS = 90;

    /** A frame as a viewer should see it. */
    record Frame(FlvTag.Type type, int timestampMs, ByteBuffer body, boolean keyframe, long programDateTimeMs) {
        boolean isPicture() {
            return type == FlvTag.Type.VIDEO;
        }
    }

    final List<Frame> frames = new CopyOnWriteArrayList<>();
    private final String stream;
    private final LogWriter log;
    private final SessionFold truth = new SessionFold();
    private final Random random = new Random(4);
    private long nowMs;
    private long epoch = -1;
    private long session;
    private long sessionOffset;
    private long lastOffset;
    private long seq;
    private long stampMs;
    private int segment;
    private boolean begun;
    private ByteBuffer picture;

    /** @param startMs wall clock of its first frame */
    PublishedPast(KafkaClients kafka, String stream, long startMs) {
        this.stream = stream;
        log = new LogWriter(kafka, stream);
        nowMs = startMs;
    }

    long nowMs() {
        return nowMs;
    }

    /** A publisher comes. */
    void session(ByteBuffer avcRecord, long firstStampMs) {
        session = log.session();
        truth.fold(session, LogWriter.STARTED);
        if (epoch < 0) {
            epoch = session;
        }
        seq = 0;
        stampMs = firstStampMs;
        picture = avcRecord;
        begun = false;
        write(Fixtures.videoConfig(session, seq++, avcRecord), false);
        write(Fixtures.audioConfig(session, seq++, Fixtures.AAC_RECORD), false);
    }

    /** The publisher is gone for a while. */
    void away(long millis) {
        write(new SessionEnded(session, nowMs, SessionEnded.Reason.DISCONNECTED, ""), false);
        nowMs += millis;
    }

    void over() {
        write(new SessionEnded(session, nowMs, SessionEnded.Reason.UNPUBLISHED, ""), false);
        write(new GraceOver(session, nowMs), false);
    }

    /** A group of pictures, and what the index says of it. */
    void group() {
        long startMs = nowMs;
        long keyframe = -1;
        for (int ms = 0; ms < GROUP_MS; ms += SOUND_MS) {
            if (ms % PICTURE_MS == 0) {
                long offset = write(picture(ms == 0), true);
                if (ms == 0) {
                    keyframe = offset;
                }
            }
            write(sound(), true);
            stampMs += SOUND_MS;
            nowMs += SOUND_MS;
        }
        boolean first = !begun;
        if (first) {
            begun = true;
            sessionOffset = keyframe - 2;
        }
        long offsetMs = truth.timestampOffsetMs();
        long startTicks = (stampMs - GROUP_MS + offsetMs) * TICKS_A_MS;
        boolean again = first && session != epoch;
        long discontinuity = session == epoch ? 0 : 1;
        var head = new Cut.SegmentHead(Fixtures.RULES, 2, true, again, discontinuity, picture, Fixtures.AAC_RECORD,
                "AVC", "AAC", 0, offsetMs, ByteBuffer.allocate(0));
        log.write(Topic.SEGMENTS, new Cut(epoch, session, segment, 0, true, true, keyframe, keyframe, startTicks,
                GROUP_MS * TICKS_A_MS, startMs, startMs * 1000, head, List.of()));
        log.write(Topic.INDEX, new IndexEntry(epoch, session, segment, 0, true, Format.TS, segment, 1_000, startTicks,
                GROUP_MS * TICKS_A_MS, startMs, System.currentTimeMillis() * 1000, true, keyframe, offsetMs, 2, true,
                again, discontinuity));
        segment++;
    }

    /** What the directory says. */
    void tell(StreamEntry.State state) {
        List<StreamEntry.Track> tracks = List.of(
                new StreamEntry.Track(0, Packet.Kind.VIDEO, "AVC", picture), Fixtures.TRACKS.get(1));
        log.write(Topic.STREAMS,
                new StreamEntry(stream, epoch, session, state, Fixtures.RULES, epoch + 3, sessionOffset,
                        lastOffset, truth.timestampOffsetMs(), Fixtures.EPOCH_MS, Fixtures.EPOCH_MS,
                        state == StreamEntry.State.ENDED ? nowMs : 0, "node-1", "127.0.0.1:5000", "FMLE/3.0", 2,
                        segment - 1,
                        2_500_000, tracks, List.of(), List.of()));
    }

    void expire() {
        log.tombstone(epoch);
    }

    /** Offset in {@code packets} of what comes next. */
    long next() {
        return log.write(Topic.PACKETS, new SessionEnded(0, 0, SessionEnded.Reason.SUSPECTED, "")) + 1;
    }

    private Packet picture(boolean key) {
        byte[] data = new byte[key ? 20_000 : 2_000];
        random.nextBytes(data);
        return packet(Packet.Kind.VIDEO, key,
                TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, ByteBuffer.wrap(data))));
    }

    private Packet sound() {
        byte[] data = new byte[200];
        random.nextBytes(data);
        return packet(Packet.Kind.AUDIO, false,
                TagBodyWriter.write(new AudioTagBody.Frame(Codec.AAC, ByteBuffer.wrap(data))));
    }

    private Packet packet(Packet.Kind kind, boolean key, ByteBuffer body) {
        return new Packet(session, seq++, System.currentTimeMillis() * 1000, stampMs, 0, kind, 0, key, false, false,
                body);
    }

    private long write(PacketsRecord record, boolean frame) {
        long offset = log.write(Topic.PACKETS, record);
        lastOffset = offset;
        Verdict verdict = truth.fold(offset, record);
        if (frame && record instanceof Packet packet && verdict instanceof Verdict.Counts counts) {
            FlvTag.Type type = packet.kind() == Packet.Kind.VIDEO ? FlvTag.Type.VIDEO : FlvTag.Type.AUDIO;
            frames.add(new Frame(type, (int) counts.timeMs(), packet.body().duplicate(), packet.keyframe(), nowMs));
        }
        return offset;
    }

    @Override
    public void close() {
        log.close();
    }
}
