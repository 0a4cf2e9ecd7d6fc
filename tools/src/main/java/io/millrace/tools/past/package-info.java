/**
 * Reads a range of a stream's past from the log as FLV tags on one timeline, for export and replay: finds its offsets,
 * follows it across sessions and epochs, and reports media that has expired. Reading itself is in
 * {@link io.millrace.platform.past}, writing files in {@code tools.export}. Blocks; confined to the job's thread.
 */
package io.millrace.tools.past;
