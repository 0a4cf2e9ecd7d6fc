/**
 * The threads and the blocking code of the packager. {@code PackagerLoop} polls and commits; {@code PairedAssignor}
 * distributes the partitions. A {@code PartitionWorker} per partition drives {@code PartitionWork}, which turns each
 * cut into parts or gaps, and {@code PartitionWriter}, which writes these in order. {@code PartProducer} and
 * {@code LogReaders} are the log that all workers share, and {@code ByteBudget} the memory.
 */
package io.millrace.packager.loop;
