package io.millrace.testkit;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/** Sample records with the values that the stages would write. */
public final class Records {
    /** AVC configuration from FFmpeg's libx264: High, level 3.1, 640x360, 30 frames per second. */
    public static final ByteBuffer AVC_RECORD = hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f800");
    /** AAC configuration from FFmpeg's aac: LC, 48 kHz, stereo. */
    public static final ByteBuffer AAC_RECORD = hex("119056e500");
    public static final EpochRules RULES = new EpochRules(1, 2_000, 500, 12_000, 30_000, List.of(Format.TS));
    public static final long EPOCH_MS = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
    public static final List<StreamEntry.Track> TRACKS = List.of(
            new StreamEntry.Track(0, Packet.Kind.VIDEO, "AVC", AVC_RECORD),
            new StreamEntry.Track(0, Packet.Kind.AUDIO, "AAC", AAC_RECORD));
    private static final long SECOND = 90_000;

    private Records() {}

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state) {
        return entry(stream, epoch, state, TRACKS, 0, -1);
    }

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state, List<StreamEntry.Track> tracks,
            long sessionOffset) {
        return entry(stream, epoch, state, tracks, sessionOffset, -1);
    }

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state, List<StreamEntry.Track> tracks,
            long sessionOffset, long lastSegment) {
        long endedAtMs = state == StreamEntry.State.LIVE ? 0 : System.currentTimeMillis();
        return new StreamEntry(stream, epoch, epoch, state, RULES, sessionOffset, sessionOffset, sessionOffset, 0,
                EPOCH_MS, EPOCH_MS, endedAtMs, "node-1", "127.0.0.1:5000", "FMLE/3.0", 2, lastSegment, 2_500_000,
                tracks,
                List.of(new StreamEntry.Session(epoch, EPOCH_MS, endedAtMs == 0 ? 0 : EPOCH_MS + 60_000, 4_000, 1_000,
                        List.of("avc1.64001f", "mp4a.40.2"))),
                List.of());
    }

    /** Returns the two parts of a segment of 2 s. The first one has {@code parts} offset {@code 2 * segment}. */
    public static List<IndexEntry> segment(long epoch, long segment) {
        return List.of(part(epoch, segment, 0, false, 2 * segment), part(epoch, segment, 1, true, 2 * segment + 1));
    }

    public static IndexEntry part(long epoch, long segment, int part, boolean last, long partsOffset) {
        return new PartSpec(epoch, segment).part(part, last, partsOffset);
    }

    /** The fields of an index entry that tests vary. */
    public record PartSpec(long epoch, long segment, boolean independent, boolean discontinuous, long discontinuity,
            long durationTicks, int sizeBytes, long keyframeOffset) {
        public PartSpec(long epoch, long segment) {
            this(epoch, segment, true, false, 0, SECOND, 1_000, -1);
        }

        public PartSpec independent(boolean value) {
            return new PartSpec(epoch, segment, value, discontinuous, discontinuity, durationTicks, sizeBytes,
                    keyframeOffset);
        }

        public PartSpec discontinuity(boolean before, long number) {
            return new PartSpec(epoch, segment, independent, before, number, durationTicks, sizeBytes, keyframeOffset);
        }

        public PartSpec durationTicks(long value) {
            return new PartSpec(epoch, segment, independent, discontinuous, discontinuity, value, sizeBytes,
                    keyframeOffset);
        }

        public PartSpec sizeBytes(int value) {
            return new PartSpec(epoch, segment, independent, discontinuous, discontinuity, durationTicks, value,
                    keyframeOffset);
        }

        public PartSpec keyframe(long offset) {
            return new PartSpec(epoch, segment, independent, discontinuous, discontinuity, durationTicks, sizeBytes,
                    offset);
        }

        public IndexEntry part(int part, boolean last, long partsOffset) {
            long startTicks = segment * 2 * SECOND + part * durationTicks;
            return new IndexEntry(epoch, epoch, segment, part, last, Format.TS, partsOffset, sizeBytes, startTicks,
                    durationTicks, EPOCH_MS + startTicks / 90, 0, part == 0, part == 0 ? keyframeOffset : -1, 0, 2,
                    independent, discontinuous, discontinuity);
        }
    }

    public static Packet videoConfig(long session, long seq, ByteBuffer record) {
        return packet(session, seq, Packet.Kind.VIDEO, 0, false, true,
                TagBodyWriter.write(new VideoTagBody.Config(Codec.AVC, record)));
    }

    public static Packet audioConfig(long session, long seq, ByteBuffer record) {
        return packet(session, seq, Packet.Kind.AUDIO, 0, false, true,
                TagBodyWriter.write(new AudioTagBody.Config(Codec.AAC, record)));
    }

    public static Packet video(long session, long seq, long timestampMs, boolean key, int fill) {
        ByteBuffer data = ByteBuffer.wrap(new byte[]{0, 0, 0, 2, (byte) (key ? 0x65 : 0x41), (byte) fill});
        return packet(session, seq, Packet.Kind.VIDEO, timestampMs, key, false,
                TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, data)));
    }

    public static Packet audio(long session, long seq, long timestampMs) {
        return packet(session, seq, Packet.Kind.AUDIO, timestampMs, false, false,
                TagBodyWriter.write(new AudioTagBody.Frame(Codec.AAC, ByteBuffer.wrap(new byte[]{0x21, 0x10}))));
    }

    private static Packet packet(long session, long seq, Packet.Kind kind, long timestampMs, boolean key,
            boolean config, ByteBuffer body) {
        return new Packet(session, seq, System.currentTimeMillis() * 1000, timestampMs, 0, kind, 0, key, false, config,
                body);
    }

    public static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits)).asReadOnlyBuffer();
    }
}
