/**
 * Durable consumers of the log that send it elsewhere. Each has its own position in the log, which outlives its
 * process; a consumer group divides the work among the processes.
 */
package io.millrace.outbound;
