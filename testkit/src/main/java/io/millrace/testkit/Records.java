package io.millrace.testkit;

import io.millrace.media.codec.Codec;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/** Sample records with values as the stages write them. */
public final class Records {
    /** AVC configuration from FFmpeg's libx264: High, level 3.1, 640x360, 30 frames per second. */
    public static final ByteBuffer AVC_RECORD = hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f800");
    /** AAC configuration from FFmpeg's aac: LC, 48 kHz, stereo. */
    public static final ByteBuffer AAC_RECORD = hex("119056e500");
    public static final EpochRules RULES = new EpochRules(1, 2_000, 500, 12_000, 30_000, List.of(Format.TS));
    /** Rules with all formats. */
    public static final EpochRules CMAF_RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 12_000, 30_000,
            List.of(Format.CMAF, Format.TS));
    public static final long EPOCH_MS = 1_767_225_600_000L; // 2026-01-01T00:00:00Z
    public static final List<Track> TRACKS = List.of(
            new Track(0, Packet.Kind.VIDEO, "AVC", AVC_RECORD),
            new Track(0, Packet.Kind.AUDIO, "AAC", AAC_RECORD));
    /** The default tracks, and a further track of each kind with a configuration of its own. */
    public static final List<Track> LADDER = List.of(TRACKS.get(0), TRACKS.get(1),
            new Track(1, Packet.Kind.VIDEO, "AVC", hex("0142c00affe100176742c00ad90426c044000003000400000300f03c"
                    + "48992001000568cb83cb20")),
            new Track(2, Packet.Kind.AUDIO, "AAC", hex("1210")));
    public static final Encoder ENCODER = new Encoder("node-1", "FMLE/3.0", "127.0.0.1:5000");
    public static final SessionStarted CLAIM = new SessionStarted(SessionStarted.Role.PRIMARY, ENCODER, EPOCH_MS,
            RULES);
    /** The first segment of an epoch, which starts with a keyframe. */
    public static final SegmentStart START = new SegmentStart(true, false, 0, 2);
    private static final long SECOND = 90_000;

    private Records() {}

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state) {
        return entry(stream, epoch, state, TRACKS, 0, -1);
    }

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state, List<Track> tracks,
            long sessionOffset) {
        return entry(stream, epoch, state, tracks, sessionOffset, -1);
    }

    public static StreamEntry entry(String stream, long epoch, StreamEntry.State state, List<Track> tracks,
            long sessionOffset, long lastSegment) {
        long endedAtMs = state == StreamEntry.State.LIVE ? 0 : System.currentTimeMillis();
        var span = new StreamEntry.Span(sessionOffset, sessionOffset, EPOCH_MS, endedAtMs);
        return new StreamEntry(stream, epoch, state, RULES, span,
                newest(epoch, sessionOffset, EPOCH_MS, tracks), playlist(lastSegment),
                List.of(new StreamEntry.Session(epoch, EPOCH_MS, endedAtMs == 0 ? 0 : EPOCH_MS + 60_000, 4_000, 1_000,
                        List.of("avc1.64001f", "mp4a.40.2"))));
    }

    /** Returns the entry with other rules. */
    public static StreamEntry ruledBy(EpochRules rules, StreamEntry e) {
        return new StreamEntry(e.stream(), e.epoch(), e.state(), rules, e.span(), e.session(), e.playlist(),
                e.sessions());
    }

    /** Returns a session whose first packet that counts has {@code offset}. */
    public static StreamEntry.NewestSession newest(long session, long offset, long startedAtMs, List<Track> tracks) {
        return new StreamEntry.NewestSession(session, offset, 0, startedAtMs, ENCODER, tracks, List.of());
    }

    public static StreamEntry.Playlist playlist(long lastSegment) {
        return new StreamEntry.Playlist(2, lastSegment, 2_500_000);
    }

    /** Returns the head of a segment with these tracks, which starts with a keyframe. */
    public static Cut.SegmentHead head(List<Track> tracks) {
        return new Cut.SegmentHead(RULES, START, tracks, 0, 0, ByteBuffer.allocate(0));
    }

    /**
     * Returns the two parts of a segment of 2 s. The first part has the offset {@code 2 * segment} in {@code parts},
     * the second part the next offset.
     */
    public static List<IndexEntry> segment(long epoch, long segment) {
        return List.of(part(epoch, segment, 0, false, 2 * segment), part(epoch, segment, 1, true, 2 * segment + 1));
    }

    public static IndexEntry part(long epoch, long segment, int part, boolean last, long partsOffset) {
        return new PartSpec(epoch, segment).part(part, last, partsOffset);
    }

    /** Creates index entries with the fields that tests vary. */
    public record PartSpec(long epoch, long segment, RenditionId rendition, SegmentStart start, long durationTicks,
            int sizeBytes, int initBytes, long keyframeOffset, int keyframeBytes) {
        public PartSpec(long epoch, long segment) {
            this(epoch, segment, RenditionId.TS, START, SECOND, 1_000, 0, -1, 0);
        }

        public PartSpec of(RenditionId other) {
            return new PartSpec(epoch, segment, other, start, durationTicks, sizeBytes, initBytes, keyframeOffset,
                    keyframeBytes);
        }

        /** The record of the first part begins with an init section of this size. */
        public PartSpec initBytes(int value) {
            return new PartSpec(epoch, segment, rendition, start, durationTicks, sizeBytes, value, keyframeOffset,
                    keyframeBytes);
        }

        public PartSpec independent(boolean value) {
            return with(new SegmentStart(value, start.discontinuous(), start.discontinuity(), start.targetDurationS()));
        }

        public PartSpec discontinuity(boolean before, long number) {
            return with(new SegmentStart(start.independent(), before, number, start.targetDurationS()));
        }

        /** The records of the parts have these cues. */
        public PartSpec cues(List<Cue> value) {
            return with(start.withCues(value));
        }

        private PartSpec with(SegmentStart other) {
            return new PartSpec(epoch, segment, rendition, other, durationTicks, sizeBytes, initBytes, keyframeOffset,
                    keyframeBytes);
        }

        public PartSpec durationTicks(long value) {
            return new PartSpec(epoch, segment, rendition, start, value, sizeBytes, initBytes, keyframeOffset,
                    keyframeBytes);
        }

        public PartSpec sizeBytes(int value) {
            return new PartSpec(epoch, segment, rendition, start, durationTicks, value, initBytes, keyframeOffset,
                    keyframeBytes);
        }

        public PartSpec keyframe(long offset) {
            return new PartSpec(epoch, segment, rendition, start, durationTicks, sizeBytes, initBytes, offset,
                    keyframeBytes);
        }

        /** The first part begins with a keyframe, up to this many bytes after the init section. */
        public PartSpec keyframeBytes(int value) {
            return new PartSpec(epoch, segment, rendition, start, durationTicks, sizeBytes, initBytes, keyframeOffset,
                    value);
        }

        public IndexEntry part(int part, boolean last, long partsOffset) {
            long startTicks = segment * 2 * SECOND + part * durationTicks;
            return new IndexEntry(new PartId(epoch, segment, part), last, rendition,
                    new PartPlace(partsOffset, sizeBytes, part == 0 ? initBytes : 0, 0, part == 0 ? keyframeBytes : 0),
                    new PartTimes(startTicks, durationTicks, EPOCH_MS + startTicks / 90, 0), part == 0,
                    new Keyframe(epoch, part == 0 ? keyframeOffset : Keyframe.NONE, 0), start);
        }

        /**
         * Returns the gap record of a segment whose parts from {@code part} on are missing. The missing parts last
         * {@code durationTicks}, 90 kHz.
         */
        public Gap gap(int part) {
            IndexEntry missing = part(part, true, 0);
            return new Gap(missing.id(), rendition, Gap.Reason.MEDIA, missing.times(), start);
        }
    }

    public static Packet videoConfig(long session, long seq, ByteBuffer record) {
        return packet(session, seq, Packet.Kind.VIDEO, 0, Packet.Content.CONFIG,
                TagBodyWriter.write(new VideoTagBody.Config(Codec.AVC, record)));
    }

    public static Packet audioConfig(long session, long seq, ByteBuffer record) {
        return packet(session, seq, Packet.Kind.AUDIO, 0, Packet.Content.CONFIG,
                TagBodyWriter.write(new AudioTagBody.Config(Codec.AAC, record)));
    }

    public static Packet video(long session, long seq, long timestampMs, boolean key, int fill) {
        ByteBuffer data = ByteBuffer.wrap(new byte[]{0, 0, 0, 2, (byte) (key ? 0x65 : 0x41), (byte) fill});
        return packet(session, seq, Packet.Kind.VIDEO, timestampMs, frame(key),
                TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, data)));
    }

    public static Packet audio(long session, long seq, long timestampMs) {
        return packet(session, seq, Packet.Kind.AUDIO, timestampMs, Packet.Content.OTHER,
                TagBodyWriter.write(new AudioTagBody.Frame(Codec.AAC, ByteBuffer.wrap(new byte[]{0x21, 0x10}))));
    }

    /** Returns the configuration of a further track, H.264 or AAC, in a message of its own (Enhanced RTMP multitrack). */
    public static Packet furtherConfig(long session, long seq, TrackId track, ByteBuffer record) {
        boolean isVideo = track.kind() == Packet.Kind.VIDEO;
        return further(session, seq, track, 0, Packet.Content.CONFIG,
                isVideo ? "960061766331" : "95006d703461", record);
    }

    /** Returns a frame of a further track in a message of its own. */
    public static Packet further(long session, long seq, TrackId track, long timestampMs, boolean key, int fill) {
        byte mark = (byte) fill;
        return track.kind() == Packet.Kind.VIDEO
                ? further(session, seq, track, timestampMs, frame(key), (key ? "96" : "a6") + "0161766331",
                        ByteBuffer.wrap(new byte[]{0, 0, 0, 0, 0, 0, 2, (byte) (key ? 0x65 : 0x41), mark}))
                : further(session, seq, track, timestampMs, Packet.Content.OTHER, "95016d703461",
                        ByteBuffer.wrap(new byte[]{0x21, mark}));
    }

    private static Packet further(long session, long seq, TrackId track, long timestampMs, Packet.Content content,
            String header, ByteBuffer rest) {
        ByteBuffer head = hex(header);
        ByteBuffer body = ByteBuffer.allocate(head.remaining() + 1 + rest.remaining()).put(head).put((byte) track.id())
                .put(rest.duplicate()).flip();
        return new Packet(session, seq, System.currentTimeMillis() * 1000, timestampMs, 0, track.kind(), track.id(),
                content, body);
    }

    /** Returns the content of a video frame. */
    public static Packet.Content frame(boolean key) {
        return key ? Packet.Content.KEYFRAME : Packet.Content.OTHER;
    }

    public static Packet packet(long session, long seq, Packet.Kind kind, long timestampMs, Packet.Content content,
            ByteBuffer body) {
        return new Packet(session, seq, System.currentTimeMillis() * 1000, timestampMs, 0, kind, 0, content, body);
    }

    public static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits)).asReadOnlyBuffer();
    }
}
