package io.millrace.platform.log;

/**
 * States that a segment is not available in one rendition, because the packager could not mux the part {@link #id} or
 * any after it, or because the rendition has no sample in the segment. A gap is the last record of its segment in that rendition. Earlier parts are in the log, but a segment
 * with a gap is not served.
 *
 * @param id identity of the first missing part
 * @param rendition the rendition that misses the parts
 * @param reason why the part is missing
 * @param times from the start of the first missing part to the end of the segment; those of the whole segment if the
 *     reason is {@link Reason#EMPTY}, because its parts before have no duration
 * @param start how the segment continues its epoch
 */
public record Gap(PartId id, RenditionId rendition, Reason reason, PartTimes times,
        SegmentStart start) implements IndexedPart {
    /** Why a part is missing. */
    public enum Reason {
        /** The media or its configuration is malformed, not supported, or exceeds a limit. */
        MEDIA,
        /** Muxing failed because of a bug in Millrace. */
        BUG,
        /** The log no longer retained the packets when the cut was processed. */
        EXPIRED,
        /** The rendition has no sample in the segment: its parts have empty bodies, and the gap replaces the last one. */
        EMPTY
    }

    @Override
    public boolean last() {
        return true;
    }
}
