/** Reads a range of a stream's past from the log as FLV tags on one timeline. Blocks; confined to the job's thread. */
package io.millrace.tools.past;
