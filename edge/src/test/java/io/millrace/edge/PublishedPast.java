package io.millrace.edge;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;

/**
 * Writes one epoch to the log as a publisher, a segmenter and a packager do, and records the frames that every viewer must
 * receive. A group lasts two seconds and has ten video and twenty audio frames. Wall-clock and media time advance equally,
 * except while the publisher is away.
 */
final class PublishedPast implements AutoCloseable {
    static final int GROUP_MS = 2_000;
    private static final int PICTURE_MS = 200;
    private static final int SOUND_MS = 100;
    private static final long TICKS_A_MS = 90;

    /** A frame as a viewer must receive it. */
    record Frame(FlvTag.Type type, int timestampMs, ByteBuffer body, boolean keyframe, long programDateTimeMs) {
        boolean isPicture() {
            return type == FlvTag.Type.VIDEO;
        }
    }

    /** A frame that the log has not acknowledged yet. */
    private record Underway(Packet packet, long nowMs, Future<Long> offset) {}

    /** A session, and the duration that has been cut of it. */
    private record Published(long session, long startedAtMs, long durationMs) {}

    final List<Frame> frames = new CopyOnWriteArrayList<>();
    private final String stream;
    private final LogWriter log;
    private final List<Published> sessions = new ArrayList<>();
    private final List<Underway> underway = new ArrayList<>();
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

    /** @param startMs wall-clock time of the first frame, ms since 1970 */
    PublishedPast(KafkaClients kafka, String stream, long startMs) {
        this.stream = stream;
        log = new LogWriter(kafka, stream);
        nowMs = startMs;
    }

    long nowMs() {
        return nowMs;
    }

    /** Begins a session with this video configuration and first RTMP timestamp. */
    void session(ByteBuffer avcRecord, long firstStampMs) {
        session = log.session();
        truth.fold(session, Records.CLAIM);
        if (epoch < 0) {
            epoch = session;
        }
        seq = 0;
        stampMs = firstStampMs;
        sessions.add(new Published(session, nowMs, 0));
        picture = avcRecord;
        begun = false;
        write(Records.videoConfig(session, seq++, avcRecord));
        write(Records.audioConfig(session, seq++, Records.AAC_RECORD));
    }

    /** Changes the video configuration within the session. */
    void change(ByteBuffer avcRecord) {
        picture = avcRecord;
        write(Records.videoConfig(session, seq++, avcRecord));
    }

    /** Ends the session by a disconnect, and lets this time pass. */
    void away(long millis) {
        write(new SessionEnded(session, nowMs, SessionEnded.Reason.DISCONNECTED, ""));
        nowMs += millis;
    }

    void over() {
        write(new SessionEnded(session, nowMs, SessionEnded.Reason.UNPUBLISHED, ""));
        write(new GraceOver(session, nowMs));
    }

    /** Publishes one group, which becomes one segment, and writes its cut and its index entry. */
    void group() {
        long startMs = nowMs;
        for (int ms = 0; ms < GROUP_MS; ms += SOUND_MS) {
            if (ms % PICTURE_MS == 0) {
                send(picture(ms == 0));
            }
            send(sound());
            stampMs += SOUND_MS;
            nowMs += SOUND_MS;
        }
        long keyframe = LogWriter.offset(underway.getFirst().offset());
        underway.forEach(frame -> written(LogWriter.offset(frame.offset()), frame.packet(), frame.nowMs()));
        underway.clear();
        boolean first = !begun;
        if (first) {
            begun = true;
            sessionOffset = keyframe - 2;
        }
        long offsetMs = truth.timestampOffsetMs();
        long startTicks = (stampMs - GROUP_MS + offsetMs) * TICKS_A_MS;
        boolean again = first && session != epoch;
        long discontinuity = session == epoch ? 0 : 1;
        var start = new SegmentStart(true, again, discontinuity, 2);
        var head = new Cut.SegmentHead(Records.RULES, start, tracks(), 0, offsetMs, ByteBuffer.allocate(0));
        var id = new PartId(epoch, segment, 0);
        log.write(Topic.SEGMENTS, new Cut(id, session, true, true, new Cut.PacketRange(keyframe, keyframe),
                new PartTimes(startTicks, GROUP_MS * TICKS_A_MS, startMs, startMs * 1000), head, List.of()));
        log.write(Topic.INDEX, new IndexEntry(id, true, RenditionId.TS, new PartPlace(segment, 1_000),
                new PartTimes(startTicks, GROUP_MS * TICKS_A_MS, startMs, System.currentTimeMillis() * 1000), true,
                new Keyframe(session, keyframe, offsetMs), start));
        segment++;
        Published now = sessions.removeLast();
        sessions.add(new Published(session, now.startedAtMs(), now.durationMs() + GROUP_MS));
    }

    private List<Track> tracks() {
        return List.of(new Track(0, Packet.Kind.VIDEO, "AVC", picture), Records.TRACKS.get(1));
    }

    /** Writes the directory entry of everything published so far. */
    void tell(StreamEntry.State state) {
        log.write(Topic.STREAMS,
                new StreamEntry(stream, epoch, state, Records.RULES,
                        new StreamEntry.Span(epoch + 3, lastOffset, Records.EPOCH_MS,
                                state == StreamEntry.State.ENDED ? nowMs : 0),
                        new StreamEntry.NewestSession(session, sessionOffset, truth.timestampOffsetMs(),
                                Records.EPOCH_MS, Records.ENCODER, tracks(), List.of()),
                        Records.playlist(segment - 1), sessions.stream().map(one -> entry(one, state)).toList()));
    }

    private StreamEntry.Session entry(Published one, StreamEntry.State state) {
        boolean isLive = one.session() == session && state == StreamEntry.State.LIVE;
        return new StreamEntry.Session(one.session(), one.startedAtMs(),
                isLive ? 0 : one.startedAtMs() + one.durationMs(), one.durationMs(), 1_000,
                List.of("avc1.64001f", "mp4a.40.2"));
    }

    void expire() {
        log.expire(epoch);
    }

    /** Returns the offset in {@code packets} of the next record. Writes a record that readers ignore. */
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
        return Records.packet(session, seq++, kind, stampMs, Records.frame(key), body);
    }

    private void send(Packet frame) {
        underway.add(new Underway(frame, nowMs, log.send(Topic.PACKETS, frame)));
    }

    private void written(long offset, Packet frame, long atMs) {
        lastOffset = offset;
        if (truth.fold(offset, frame) instanceof Verdict.Counts counts) {
            FlvTag.Type type = frame.kind() == Packet.Kind.VIDEO ? FlvTag.Type.VIDEO : FlvTag.Type.AUDIO;
            frames.add(new Frame(type, (int) counts.timeMs(), frame.body().duplicate(), frame.isKeyframe(), atMs));
        }
    }

    private void write(PacketsRecord record) {
        lastOffset = log.write(Topic.PACKETS, record);
        truth.fold(lastOffset, record);
    }

    @Override
    public void close() {
        log.close();
    }
}
