package io.millrace.platform.log;

import java.util.List;

/**
 * Where one part is in {@code parts}. The record of the first part of a segment begins with the segment's init section,
 * if the format has one; the bytes of the segment are those after it.
 *
 * <p>A part of MPEG-TS may be derived: it has no record, and readers make it from the CMAF parts of the same cut
 * (docs/decisions/0050-mpeg-ts-is-made-from-cmaf.md).
 *
 * @param offset offset of the part's record in the stream's partition of {@code parts}; of a derived part, of its oldest
 *     source
 * @param sizeBytes size of the bytes in the record, including the init section
 * @param initBytes size of the init section with which the record begins, 0 without one
 * @param check CRC-32C of the bytes in the record, 0 if unknown. After the log has lost records, another part may be at
 *     the same offset; the checksum tells the two apart
 * @param keyframeBytes size of the beginning of the part's own bytes up to the end of its first sample, if that is a
 *     keyframe of video in CMAF; 0 otherwise, and in records of releases that did not write it
 * @param sources the parts from which a derived part is made, one for each track that has one; empty for a part that has
 *     a record. Size and checksum are those of the derived part
 */
public record PartPlace(long offset, int sizeBytes, int initBytes, int check, int keyframeBytes,
        List<SourcePart> sources) {
    /** @throws IllegalArgumentException if the init section or the keyframe does not fit, or a size is negative */
    public PartPlace {
        sources = List.copyOf(sources);
        if (initBytes < 0 || initBytes > sizeBytes) {
            throw new IllegalArgumentException("an init section of " + initBytes + " in " + sizeBytes + " bytes");
        }
        if (keyframeBytes < 0 || keyframeBytes > sizeBytes - initBytes) {
            throw new IllegalArgumentException("a keyframe of " + keyframeBytes + " in " + sizeBytes + " bytes");
        }
    }

    /** Creates the place of a part that has a record. */
    public PartPlace(long offset, int sizeBytes, int initBytes, int check, int keyframeBytes) {
        this(offset, sizeBytes, initBytes, check, keyframeBytes, List.of());
    }

    /** Creates the place of a part that does not begin with a keyframe. */
    public PartPlace(long offset, int sizeBytes, int initBytes, int check) {
        this(offset, sizeBytes, initBytes, check, 0);
    }

    /** Creates the place of a part without an init section. */
    public PartPlace(long offset, int sizeBytes, int check) {
        this(offset, sizeBytes, 0, check);
    }

    /** Creates a place as in version 1 of the log. */
    public PartPlace(long offset, int sizeBytes) {
        this(offset, sizeBytes, 0, 0);
    }

    /**
     * Returns the place of this part if it is made from {@code parts}.
     *
     * @param parts at least one
     */
    public PartPlace madeFrom(List<SourcePart> parts) {
        long oldest = parts.stream().mapToLong(part -> part.place().offset()).min().orElseThrow();
        return new PartPlace(oldest, sizeBytes, initBytes, check, keyframeBytes, parts);
    }

    /** Returns whether the part has no record of its own. */
    public boolean isDerived() {
        return !sources.isEmpty();
    }

    /** Returns the size of the part's own bytes, which are part of the segment. */
    public int mediaBytes() {
        return sizeBytes - initBytes;
    }

    /** Returns whether a record with this size and checksum can be the one that the index means. */
    public boolean isOf(int bytes, int checksum) {
        return sizeBytes == bytes && (check == 0 || check == checksum);
    }
}
