package io.millrace.platform.log;

/**
 * States that an epoch is over. The segmenter writes this record after the epoch's last cut, and the packager copies it
 * to {@code index} after the epoch's last entry, so that all readers of the index see the end at the same place. Later
 * records of the epoch are repetitions or void; if there are several of this type, readers use the first. Written for
 * epochs since version 4 of the rules.
 *
 * @param epoch number of the epoch's first session
 * @param lastSegment number of the last segment, -1 if the epoch has none. A segment counts even if the packager could
 *     not mux it
 * @param endMs PROGRAM-DATE-TIME of the end of the last segment, or the start of the epoch's newest session if there is
 *     no segment; ms since 1970
 */
public record EpochEnded(long epoch, long lastSegment, long endMs) implements SegmentsRecord, IndexRecord {}
