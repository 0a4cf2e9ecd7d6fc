package io.millrace.packager.mux;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;
import java.util.List;

/**
 * Muxes MPEG-TS: at most one video and one audio track, whose times are rescaled to 90 kHz, each from its absolute time.
 * Parts have the times of their cuts. Confined to one thread.
 */
final class TsPartMuxer implements PartMuxer {
    private final RenditionId rendition;
    private final Cut.SegmentHead head;
    private final int audioTicks;
    private final TsSegmentMuxer muxer;

    /** @param tracks the rendition's tracks that the format carries */
    TsPartMuxer(RenditionId rendition, Cut first, List<Track> tracks) {
        this.rendition = rendition;
        head = first.head();
        VideoConfig video = (VideoConfig) config(tracks, Packet.Kind.VIDEO);
        AudioConfig audio = (AudioConfig) config(tracks, Packet.Kind.AUDIO);
        audioTicks = audio == null ? 0 : SegmentMux.timescale(only(tracks, Packet.Kind.AUDIO), audio);
        muxer = new TsSegmentMuxer(video, audio, first.id().segment(), head.start().discontinuous());
    }

    private static CodecConfig config(List<Track> tracks, Packet.Kind kind) {
        Track track = only(tracks, kind);
        return track == null ? null : CodecConfig.parse(Codec.valueOf(track.codec()), track.config());
    }

    /**
     * Returns the track of a kind, or null.
     *
     * @throws UnsupportedException if there are several: a format with one PID for each kind cannot tell them apart
     */
    private static Track only(List<Track> tracks, Packet.Kind kind) {
        List<Track> ofKind = tracks.stream().filter(track -> track.kind() == kind).toList();
        if (ofKind.size() > 1) {
            throw new UnsupportedException("Rendition", kind + " tracks", ofKind.size(), "one of each kind");
        }
        return ofKind.isEmpty() ? null : ofKind.getFirst();
    }

    @Override
    public MuxedPart mux(Cut cut, List<Frame> frames) {
        List<TsSample> samples = frames.stream().map(this::sample).toList();
        Part part = new Part(cut.id(), rendition, muxer.part(samples, cut.last()));
        return new MuxedPart(cut, head, part, 0, 0, cut.times(), cut.independent());
    }

    private TsSample sample(Frame frame) {
        Cut.Sample sample = frame.sample();
        boolean video = sample.kind() == Packet.Kind.VIDEO;
        int ticks = video ? Ticks.MPEG : audioTicks;
        long dts = Ticks.rescale(sample.dts(), ticks, Ticks.MPEG);
        long pts = Ticks.rescale(sample.dts() + sample.compositionTicks(), ticks, Ticks.MPEG);
        return new TsSample(video ? TsSample.Kind.VIDEO : TsSample.Kind.AUDIO, dts + PartTimes.MEDIA_OFFSET_TICKS,
                pts + PartTimes.MEDIA_OFFSET_TICKS, frame.frame());
    }

    @Override
    public int droppedFrames() {
        return muxer.droppedFrames();
    }

    /** Always false: a segment without media has its tables, and the same duration as the media of other formats. */
    @Override
    public boolean isEmpty() {
        return false;
    }
}
