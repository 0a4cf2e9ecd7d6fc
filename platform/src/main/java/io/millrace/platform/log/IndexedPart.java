package io.millrace.platform.log;

/**
 * States that a part of a stream is available, or that it and the rest of its segment will never be available. Readers
 * use the first record of an identity (stream, part and rendition) and ignore all others.
 */
public sealed interface IndexedPart extends IndexRecord permits IndexEntry, Gap {
    /** Identity of the part in its stream; for a gap, of the first part that is missing. */
    PartId id();

    /** The rendition that the part belongs to. */
    RenditionId rendition();

    /** Whether no part of the segment follows. */
    boolean last();

    /** Times of the part; for a gap, from the start of the first missing part to the end of the segment. */
    PartTimes times();

    /** How the segment continues its epoch. */
    SegmentStart start();

    @Override
    default long epoch() {
        return id().epoch();
    }
}
