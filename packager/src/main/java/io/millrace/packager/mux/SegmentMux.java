package io.millrace.packager.mux;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.mpegts.TsSample;
import io.millrace.media.mpegts.TsSegmentMuxer;
import io.millrace.media.remux.TrackMedia;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Muxes the parts of one segment in one rendition. The segment's first cut contains all the state that is needed from
 * earlier segments.
 *
 * <p>Confined to one thread; unusable after an exception. Makes no decisions: a cut lists every sample with its exact
 * times, which are rescaled to 90 kHz here, each from its absolute time.
 */
public final class SegmentMux {
    /** Added to every timestamp, 90 kHz: 10 s, so that no clock is negative. The same in every stream. */
    public static final long TIMESTAMP_OFFSET_TICKS = 900_000;

    private final RenditionId rendition;
    private final Cut.SegmentHead head;
    private final long session;
    private final boolean hasVideo;
    private final boolean hasAudio;
    private final int audioTicks;
    private final TsSegmentMuxer muxer;
    private PartId next;

    /**
     * Opens a segment.
     *
     * @param first part 0 of the segment, of which the rendition {@link #carriesAny} track
     * @throws io.millrace.media.bytes.MediaException if a configuration cannot be muxed, or a newer release made the
     *     rules
     */
    public SegmentMux(RenditionId rendition, Cut first) {
        if (!first.id().isFirst() || first.head() == null) {
            throw new IllegalArgumentException("part " + first.id().part() + " does not open a segment");
        }
        this.rendition = rendition;
        head = first.head();
        session = first.session();
        next = first.id();
        int version = head.rules().rulesVersion();
        if (version > EpochRules.CURRENT_VERSION) {
            throw new UnsupportedException("EpochRules", "rulesVersion", version,
                    "up to " + EpochRules.CURRENT_VERSION);
        }
        VideoConfig video = (VideoConfig) carried(Packet.Kind.VIDEO);
        AudioConfig audio = (AudioConfig) carried(Packet.Kind.AUDIO);
        hasVideo = video != null;
        hasAudio = audio != null;
        audioTicks = hasAudio ? timescale(audio) : 0;
        muxer = switch (rendition.format()) {
            case TS -> new TsSegmentMuxer(video, audio, first.id().segment(), head.start().discontinuous());
            case CMAF -> throw new UnsupportedException("Rendition", "format", "CMAF", "TS");
        };
    }

    /** Whether the rendition carries any track of the segment. If not, there is nothing to mux. */
    public static boolean carriesAny(RenditionId rendition, Cut first) {
        Cut.SegmentHead head = first.head();
        return head != null
                && head.tracks().stream().anyMatch(track -> carried(rendition, head.rules(), track).isPresent());
    }

    /**
     * Returns the configuration of the rendition's track of a kind; null without one, or if the format does not carry
     * it.
     */
    private CodecConfig carried(Packet.Kind kind) {
        return track(kind).map(track -> CodecConfig.parse(carried(rendition, head.rules(), track).orElseThrow(),
                track.config())).orElse(null);
    }

    /** @throws UnsupportedException if there are several: a format with one PID for each kind cannot tell them apart */
    private Optional<Track> track(Packet.Kind kind) {
        List<Track> tracks = head.tracks().stream()
                .filter(track -> track.kind() == kind && carried(rendition, head.rules(), track).isPresent()).toList();
        if (tracks.size() > 1) {
            throw new UnsupportedException("Rendition", kind + " tracks", tracks.size(), "one of each kind");
        }
        return tracks.stream().findFirst();
    }

    private int timescale(AudioConfig audio) {
        int timescale = track(Packet.Kind.AUDIO).orElseThrow().timescale();
        return timescale == 0 ? audio.sampleRate() : timescale;
    }

    /**
     * Returns the codec if the rendition has the track and its format carries it. Other tracks are omitted; the
     * segmenter has put a warning in the directory.
     */
    private static Optional<Codec> carried(RenditionId rendition, EpochRules rules, Track track) {
        return !rendition.has(track.kind(), track.id())
                ? Optional.empty()
                : Arrays.stream(Codec.values()).filter(codec -> codec.name().equals(track.codec())
                        && rules.carries(rendition.format(), codec)).findFirst();
    }

    /** Number of frames so far that are in the cuts but that the format cannot carry. */
    public int droppedFrames() {
        return muxer.droppedFrames();
    }

    /**
     * Returns the part that {@code cut} bounds.
     *
     * @param cut the next cut of the segment
     * @param packets the packets of the cut's samples, in the same order; used only until this method returns
     * @throws io.millrace.media.bytes.MediaException if a packet cannot be parsed
     */
    public MuxedPart mux(Cut cut, List<Packet> packets) {
        if (!cut.id().equals(next) || cut.session() != session) {
            throw new IllegalArgumentException("part " + cut.id().part() + " of segment " + cut.id().segment()
                    + " is out of order; expected part " + next.part() + " of segment " + next.segment());
        }
        next = next.next();
        List<TsSample> samples = new ArrayList<>(packets.size());
        for (int i = 0; i < cut.samples().size(); i++) {
            Cut.Sample sample = cut.samples().get(i);
            boolean hasKind = sample.kind() == Packet.Kind.VIDEO ? hasVideo : hasAudio;
            if (hasKind && rendition.has(sample.kind(), sample.track())) {
                samples.add(sample(sample, packets.get(i)));
            }
        }
        ByteBuffer bytes = muxer.part(samples, cut.last());
        return new MuxedPart(cut, head, new Part(cut.id(), rendition, bytes));
    }

    private TsSample sample(Cut.Sample sample, Packet packet) {
        if (packet.kind() != sample.kind() || packet.session() != session) {
            throw new IllegalArgumentException("the cut names a packet of session " + session + " and kind "
                    + sample.kind() + ", but the log has session " + packet.session() + " and kind " + packet.kind());
        }
        return switch (sample.kind()) {
            case VIDEO -> sample(TsSample.Kind.VIDEO, sample, Ticks.MPEG, frame(packet));
            case AUDIO -> sample(TsSample.Kind.AUDIO, sample, audioTicks, frame(packet));
            case DATA -> throw new IllegalArgumentException("a cut must not contain data packets");
        };
    }

    private static TsSample sample(TsSample.Kind kind, Cut.Sample sample, int ticks, ByteBuffer frame) {
        long dts = Ticks.rescale(sample.dts(), ticks, Ticks.MPEG);
        long pts = Ticks.rescale(sample.dts() + sample.compositionTicks(), ticks, Ticks.MPEG);
        return new TsSample(kind, dts + TIMESTAMP_OFFSET_TICKS, pts + TIMESTAMP_OFFSET_TICKS, frame);
    }

    private static ByteBuffer frame(Packet packet) {
        if (packet.media() instanceof TrackMedia.AccessUnit unit) {
            return unit.data();
        }
        throw MalformedException.value("Packet", "body", "not a frame", "a frame, because a cut contains it");
    }
}
