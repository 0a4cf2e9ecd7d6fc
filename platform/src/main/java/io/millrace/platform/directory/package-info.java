/**
 * In-memory view of the directory topics {@code streams} and {@code nodes}: which streams, epochs and sessions are
 * retained, and where encoders can reach the ingest nodes. Does not read the log: the consumer of the topics passes
 * each record in. One thread applies records; any thread reads, and adds and cancels waits.
 */
package io.millrace.platform.directory;
