/**
 * What runs and what blocks in the packager. {@code PackagerLoop} polls and commits; {@code PairedAssignor} distributes the
 * partitions. A {@code PartitionWorker} per partition drives {@code PartitionWork}, which decides what becomes of each cut,
 * and {@code PartitionWriter}, which writes it in order. {@code PartProducer} and {@code LogReaders} are the log that
 * all workers share, and {@code ByteBudget} the memory.
 */
package io.millrace.packager.loop;
