package io.millrace.edge;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.nio.ByteBuffer;

/** A live stream of video and audio whose latest keyframe is frame 3. */
final class LiveStream implements AutoCloseable {
    static final int LARGE_BYTES = 200_000;

    private final LogWriter log;
    private long session;
    private long seq;

    LiveStream(TestEdge edge, String stream) {
        log = edge.log(stream);
        again();
        log.write(Topic.PACKETS, Records.audioConfig(session, seq++, Records.AAC_RECORD));
        long first = log.write(Topic.PACKETS, Records.video(session, seq++, 1_000, true, 1));
        log.write(Topic.PACKETS, Records.video(session, seq++, 3_000, true, 3));
        log.write(Topic.STREAMS, Records.entry(stream, session, StreamEntry.State.LIVE, Records.TRACKS, first - 2));
        edge.awaitKnown(stream);
    }

    /** The publisher returns. */
    void again() {
        session = log.session();
        seq = 0;
        log.write(Topic.PACKETS, Records.videoConfig(session, seq++, Records.AVC_RECORD));
    }

    /** Returns the number of the newest session. */
    long session() {
        return session;
    }

    void video(long timestampMs, boolean key, int fill) {
        log.write(Topic.PACKETS, Records.video(session, seq++, timestampMs, key, fill));
    }

    /** Returns a frame so large that the ring holds less than a hundred; its number is in its last four bytes. */
    void large(long timestampMs, boolean key, int number) {
        ByteBuffer data = ByteBuffer.allocate(LARGE_BYTES).putInt(LARGE_BYTES - 4).put((byte) (key ? 0x65 : 0x41))
                .putInt(LARGE_BYTES - 4, number).rewind();
        log.write(Topic.PACKETS,
                Records.packet(session, seq++, Packet.Kind.VIDEO, timestampMs, Records.frame(key),
                        TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, data))));
    }

    void audio(long timestampMs) {
        log.write(Topic.PACKETS, Records.audio(session, seq++, timestampMs));
    }

    void away() {
        log.write(Topic.PACKETS, new SessionEnded(session, 1, SessionEnded.Reason.DISCONNECTED, ""));
    }

    void end() {
        away();
        log.write(Topic.PACKETS, new GraceOver(session, 2));
    }

    @Override
    public void close() {
        log.close();
    }
}
