package io.millrace.platform.log;

import io.millrace.media.time.Ticks;

/**
 * States that a segment is not available in one rendition, because the packager could not mux the part {@link #id} or
 * any after it, or because the rendition has no sample in the segment. A gap closes its segment in that rendition: what
 * follows of the segment is void, and so is a gap after the segment's last part. Earlier parts are in the log, and also
 * {@link #id} and later ones if another packager has written them, but a segment with a gap is not served
 * (docs/decisions/0020-a-gap-is-a-record.md).
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

    /**
     * Returns the gap of the parts from {@code part} on, which another packager has not written. They begin at
     * {@code startTicks}, 90 kHz.
     */
    public Gap from(int part, long startTicks) {
        long skippedTicks = Math.clamp(startTicks - times.startTicks(), 0, times.durationTicks());
        return new Gap(new PartId(id.epoch(), id.segment(), part), rendition, reason,
                new PartTimes(times.startTicks() + skippedTicks, times.durationTicks() - skippedTicks,
                        times.programDateTimeMs() + Ticks.rescale(skippedTicks, Ticks.MPEG, Ticks.MILLIS),
                        times.arrivalUs()),
                start);
    }
}
