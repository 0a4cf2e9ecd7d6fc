package io.millrace.packager.mux;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.PictureSize;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.fmp4.ChunkHead;
import io.millrace.media.fmp4.ChunkWriter;
import io.millrace.media.fmp4.Fmp4Track;
import io.millrace.media.fmp4.InitSection;
import io.millrace.media.fmp4.ProducerTime;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Muxes CMAF: one track, one chunk for each part that has samples. The bytes of the first part begin with the segment's
 * init section. A chunk's decoding time is the absolute one of its first sample, and composition offsets are those of
 * the cut, 0 or more: players based on FFmpeg would show video later by the largest negative one. All tracks are on
 * one timeline. Confined to one thread.
 */
final class CmafPartMuxer implements PartMuxer {
    private static final int TRACK_ID = 1;
    /** More parts than a segment can have, so that the sequence numbers of a track increase. */
    private static final long SEQUENCES_PER_SEGMENT = 2_048;
    private static final ByteBuffer NO_INIT = ByteBuffer.allocate(0);

    private final RenditionId rendition;
    private final Cut.SegmentHead head;
    private final Packet.Kind kind;
    private final CodecConfig config;
    private final int timescale;
    private final ChunkWriter chunk = new ChunkWriter(TRACK_ID);
    private boolean empty = true;
    /** Composition time of the segment's first sample. */
    private int firstComposition;

    /** @param track the rendition's only track */
    CmafPartMuxer(RenditionId rendition, Cut first, Track track) {
        this.rendition = rendition;
        head = first.head();
        kind = track.kind();
        config = CodecConfig.parse(Codec.valueOf(track.codec()), track.config());
        timescale = SegmentMux.timescale(track, config);
    }

    /**
     * Returns whether CMAF can express a track by its configuration alone. Otherwise, as with H.264 whose parameter sets
     * cannot be read, it may need a keyframe, or be impossible.
     */
    static boolean carries(Track track) {
        return switch (CodecConfig.parse(Codec.valueOf(track.codec()), track.config())) {
            case AudioConfig _ -> true;
            case VideoConfig video -> !SampleEntry.of(video, NO_INIT).size().equals(PictureSize.NONE);
        };
    }

    @Override
    public MuxedPart mux(Cut cut, List<Frame> frames) {
        ByteBuffer init = cut.id().isFirst() ? init(frames) : NO_INIT;
        if (frames.isEmpty()) {
            PartTimes times = new PartTimes(cut.times().startTicks(), 0, cut.times().programDateTimeMs(),
                    cut.times().arrivalUs());
            return part(cut, init, init.remaining(), 0, times, false);
        }
        Cut.Sample first = frames.getFirst().sample();
        Cut.Sample last = frames.getLast().sample();
        boolean opensSegment = empty;
        if (opensSegment) {
            empty = false;
            firstComposition = first.compositionTicks();
        }
        boolean key = false;
        int firstBytes = 0;
        for (int i = 0; i < frames.size(); i++) {
            Cut.Sample sample = frames.get(i).sample();
            long end = i + 1 < frames.size() ? frames.get(i + 1).sample().dts() : sample.dts() + sample.duration();
            ByteBuffer data = data(frames.get(i).frame());
            firstBytes = i == 0 ? data.remaining() : firstBytes;
            chunk.add(Math.max(0, end - sample.dts()), sample.compositionTicks(), isSync(sample), data);
            key |= isSync(sample);
        }
        long decodingTicks = first.dts() + Ticks.rescale(PartTimes.MEDIA_OFFSET_TICKS, Ticks.MPEG, timescale);
        ChunkHead chunkHead = new ChunkHead(sequence(cut), decodingTicks, opensSegment,
                new ProducerTime(frames.getFirst().arrivalUs(), decodingTicks));
        int afterFirst = chunk.dataBytes() - firstBytes;
        ByteBuffer bytes = chunk.write(chunkHead, init);
        int keyframeBytes = kind == Packet.Kind.VIDEO && isSync(first)
                ? bytes.remaining() - init.remaining() - afterFirst
                : 0;
        return part(cut, bytes, init.remaining(), keyframeBytes, times(cut, first, last), key);
    }

    private MuxedPart part(Cut cut, ByteBuffer bytes, int initBytes, int keyframeBytes, PartTimes times,
            boolean key) {
        return new MuxedPart(cut, head, new Part(cut.id(), rendition, bytes), initBytes, keyframeBytes, times,
                key || kind == Packet.Kind.AUDIO);
    }

    private ByteBuffer init(List<Frame> frames) {
        SampleEntry entry = switch (config) {
            case AudioConfig audio -> SampleEntry.of(audio);
            case VideoConfig video -> SampleEntry.of(video, frames.isEmpty() ? NO_INIT : frames.getFirst().frame());
        };
        if (config instanceof VideoConfig && entry.size().equals(PictureSize.NONE)) {
            throw new UnsupportedException("SampleEntry", "size", "unknown",
                    "a size in the configuration, or a keyframe at the start of the segment");
        }
        return InitSection.cmaf(new Fmp4Track(TRACK_ID, timescale, entry));
    }

    private boolean isSync(Cut.Sample sample) {
        return kind == Packet.Kind.AUDIO || sample.keyframe();
    }

    private ByteBuffer data(ByteBuffer frame) {
        return config.codec() == Codec.AV1 ? Av1TemporalUnit.withoutDelimiter(frame) : frame;
    }

    private static long sequence(Cut cut) {
        return cut.id().segment() * SEQUENCES_PER_SEGMENT + cut.id().part() + 1;
    }

    /**
     * Returns the times of a part. It starts at its decoding time plus the composition time of the segment's first
     * sample, so that a segment starts with the presentation of that sample, and each part where the one before ends.
     */
    private PartTimes times(Cut cut, Cut.Sample first, Cut.Sample last) {
        PartTimes times = cut.times();
        long startTicks = in90k(first.dts() + firstComposition);
        long durationTicks = in90k(last.dts() + last.duration() + firstComposition) - startTicks;
        long stepMs = ms(startTicks) - ms(times.startTicks());
        return new PartTimes(startTicks, durationTicks, times.programDateTimeMs() + stepMs, times.arrivalUs());
    }

    private long in90k(long ticks) {
        return Ticks.rescale(ticks, timescale, Ticks.MPEG);
    }

    private static long ms(long ticks) {
        return Ticks.rescale(ticks, Ticks.MPEG, Ticks.MILLIS);
    }

    @Override
    public int droppedFrames() {
        return 0;
    }

    @Override
    public boolean isEmpty() {
        return empty;
    }
}
