package io.millrace.packager.mux;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.remux.TrackMedia;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.Track;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Muxes the parts of one segment in one rendition. The segment's first cut contains all the state that is needed from
 * earlier segments.
 *
 * <p>Confined to one thread; unusable after an exception. Makes no decisions: a cut lists every sample with its exact
 * times. This class finds the rendition's samples and their frames; a {@link PartMuxer} writes them in the rendition's
 * format.
 */
public final class SegmentMux {
    private final long session;
    /** The rendition's tracks that its format carries; the segmenter has put a warning about others in the directory. */
    private final List<Track> tracks;
    private final PartMuxer muxer;
    private PartId next;

    /**
     * Opens a segment.
     *
     * @param first part 0 of the segment, which {@link Renditions has} the rendition
     * @throws io.millrace.media.bytes.MediaException if a configuration cannot be muxed, or a newer release made the
     *     rules
     */
    public SegmentMux(RenditionId rendition, Cut first) {
        if (!first.id().isFirst() || first.head() == null) {
            throw new IllegalArgumentException("part " + first.id().part() + " does not open a segment");
        }
        session = first.session();
        next = first.id();
        EpochRules rules = first.head().rules();
        if (rules.rulesVersion() > EpochRules.CURRENT_VERSION) {
            throw new UnsupportedException("EpochRules", "rulesVersion", rules.rulesVersion(),
                    "up to " + EpochRules.CURRENT_VERSION);
        }
        tracks = first.head().tracks().stream()
                .filter(track -> Renditions.codec(rendition, rules, track).isPresent()).toList();
        muxer = switch (rendition.format()) {
            case TS -> new TsPartMuxer(rendition, first, tracks);
            case CMAF -> new CmafPartMuxer(rendition, first, tracks.getFirst());
        };
    }

    /** Returns the ticks per second of the times of a track's samples. */
    static int timescale(Track track, CodecConfig config) {
        return track.timescale() != 0 ? track.timescale() : switch (config) {
            case VideoConfig _ -> Ticks.MPEG;
            case AudioConfig audio -> audio.sampleRate();
        };
    }

    /** Number of frames so far that are in the cuts but that the format cannot carry. */
    public int droppedFrames() {
        return muxer.droppedFrames();
    }

    /** Whether the parts so far contain nothing that a player could play. */
    public boolean isEmpty() {
        return muxer.isEmpty();
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
        List<PartMuxer.Frame> frames = new ArrayList<>(packets.size());
        for (int i = 0; i < cut.samples().size(); i++) {
            Cut.Sample sample = cut.samples().get(i);
            if (has(sample)) {
                frames.add(frame(sample, packets.get(i)));
            }
        }
        return muxer.mux(cut, frames);
    }

    private boolean has(Cut.Sample sample) {
        for (Track track : tracks) {
            if (track.kind() == sample.kind() && track.id() == sample.track()) {
                return true;
            }
        }
        return false;
    }

    private PartMuxer.Frame frame(Cut.Sample sample, Packet packet) {
        if (packet.kind() != sample.kind() || packet.session() != session) {
            throw new IllegalArgumentException("the cut names a packet of session " + session + " and kind "
                    + sample.kind() + ", but the log has session " + packet.session() + " and kind " + packet.kind());
        }
        return new PartMuxer.Frame(sample, data(packet), packet.arrivalUs());
    }

    private static ByteBuffer data(Packet packet) {
        if (packet.media() instanceof TrackMedia.AccessUnit unit) {
            return unit.data();
        }
        throw MalformedException.value("Packet", "body", "not a frame", "a frame, because a cut contains it");
    }
}
