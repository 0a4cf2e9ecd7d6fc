package io.millrace.packager.mux;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;

/**
 * A part with everything that its index entry contains except its position in {@code parts}. Immutable.
 *
 * @param cut the cut that bounds the part
 * @param head the head of its segment
 * @param part its bytes, after the init section if the record has one
 * @param initBytes size of the init section
 * @param keyframeBytes as in {@link PartPlace}
 * @param times as in {@link IndexEntry}
 * @param independent as in {@link IndexEntry}
 */
public record MuxedPart(Cut cut, Cut.SegmentHead head, Part part, int initBytes, int keyframeBytes, PartTimes times,
        boolean independent) {
    /**
     * Returns the index entry of the part.
     *
     * @param partsOffset offset of the part's record in {@code parts}
     */
    public IndexEntry entry(long partsOffset) {
        return new IndexEntry(cut.id(), cut.last(), part.rendition(),
                new PartPlace(partsOffset, part.bytes().remaining(), initBytes, part.check(), keyframeBytes), times,
                independent,
                new Keyframe(cut.session(), keyframeOffset(), head.timestampOffsetMs()),
                head.start().withCues(cut.cues()));
    }

    /** Offset in {@code packets} of the first keyframe or, in a rendition without video, of the first frame. */
    private long keyframeOffset() {
        RenditionId rendition = part.rendition();
        boolean audioOnly = isAudioOnly();
        for (Cut.Sample sample : cut.samples()) {
            if ((audioOnly || sample.kind() == Packet.Kind.VIDEO && sample.keyframe())
                    && rendition.has(sample.kind(), sample.track())) {
                return cut.packets().offsetOf(sample);
            }
        }
        return Keyframe.NONE;
    }

    private boolean isAudioOnly() {
        for (Track track : head.tracks()) {
            if (track.kind() == Packet.Kind.VIDEO && part.rendition().has(track.kind(), track.id())) {
                return false;
            }
        }
        return true;
    }
}
