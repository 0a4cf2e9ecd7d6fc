package io.millrace.platform.log;

import java.util.List;

/**
 * States that one part is available in one rendition, and where.
 *
 * @param id identity of the part in its stream
 * @param last as in {@link Cut}
 * @param rendition the rendition that the part belongs to
 * @param place where the part is in {@code parts}, or what it is made from
 * @param times in MPEG-TS as in {@link Cut}. Otherwise the times of the rendition's own samples: a segment starts with
 *     the presentation of its first one, and each part where the one before ends; the duration is the sum of the
 *     durations, or 0 if the part has no sample and its body is empty
 * @param independent in MPEG-TS as in {@link Cut}. Otherwise whether the part contains a keyframe of the rendition's
 *     track; always true for audio
 * @param keyframe the first keyframe (audio-only: first frame) of the part. If the part contains none, the offset in
 *     {@code keyframe} is {@link Keyframe#NONE}
 * @param start how the part's segment continues its epoch
 */
public record IndexEntry(PartId id, boolean last, RenditionId rendition, PartPlace place, PartTimes times,
        boolean independent, Keyframe keyframe, SegmentStart start) implements IndexedPart {
    /** Returns the entry of this part if it is made from {@code parts}, at least one. */
    public IndexEntry madeFrom(List<SourcePart> parts) {
        return new IndexEntry(id, last, rendition, place.madeFrom(parts), times, independent, keyframe, start);
    }
}
