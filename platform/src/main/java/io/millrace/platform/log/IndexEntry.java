package io.millrace.platform.log;

/**
 * States that one part, or an init section, is available in one rendition, and where.
 *
 * @param id identity of the part in its stream
 * @param last as in {@link Cut}
 * @param rendition the rendition that the part belongs to
 * @param place where the part is in {@code parts}
 * @param times as in {@link Cut}
 * @param independent as in {@link Cut}
 * @param keyframe the first keyframe (audio-only: first frame) of the part. If the part contains none, the offset in
 *     {@code keyframe} is {@link Keyframe#NONE}
 * @param start how the part's segment continues its epoch
 */
public record IndexEntry(PartId id, boolean last, RenditionId rendition, PartPlace place, PartTimes times,
        boolean independent, Keyframe keyframe, SegmentStart start) implements IndexedPart {}
