/**
 * Reads a range of a stream's past media from the log as FLV tags on one timeline, for export and replay. Finds the
 * offsets of the range, follows the stream across sessions and epochs, and reports media that has expired. The reading
 * of records is in {@link io.millrace.platform.past}, the writing of files in {@code tools.export}. Blocks; confined to
 * the job's thread.
 */
package io.millrace.tools.past;
