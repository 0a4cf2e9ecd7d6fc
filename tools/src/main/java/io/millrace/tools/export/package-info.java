/**
 * Writes a range of a stream's past to a file, without transcoding: one class per file format. Runs on the job's
 * thread.
 */
package io.millrace.tools.export;
