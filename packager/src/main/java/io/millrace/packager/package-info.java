/**
 * The packager: muxes the parts of every cut and writes their positions to the index.
 *
 * <p>Threads, all virtual: {@code packager} owns the consumer in the consumer group, polls it, distributes the records
 * and commits. {@code packager-N} owns the state of partition N, muxes, and writes parts and index records. The
 * producer's own thread only passes results to the workers, because a send on that thread could wait for the same
 * thread.
 */
package io.millrace.packager;
