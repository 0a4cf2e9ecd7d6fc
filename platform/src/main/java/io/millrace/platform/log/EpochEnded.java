package io.millrace.platform.log;

/**
 * An epoch is over. The segmenter writes it after the epoch's last cut, and the packager passes it on to {@code index}
 * after the last entry, so that all readers of the index see the end at the same place. Everything of the epoch that
 * follows is a repetition or void. Written in epochs since version 4 of the rules; readers take the first one.
 *
 * @param epoch number of the epoch's first session
 * @param lastSegment number of the last segment, -1 if the epoch has none. The packager may have been unable to make it
 * @param endMs PROGRAM-DATE-TIME of the end of the last segment, or the start of the session if there is no segment, ms
 *     since 1970
 */
public record EpochEnded(long epoch, long lastSegment, long endMs) implements SegmentsRecord, IndexRecord {}
