/**
 * The packager: muxes the parts of every cut and writes their positions to the index.
 *
 * <p>Threads, all virtual: {@code packager} owns the group's consumer; it polls, distributes records and commits.
 * {@code packager-N} owns the state of partition N: it muxes, and writes parts and index records. The producer's own
 * thread only passes results to the workers, because a send from there could wait for that very thread.
 */
package io.millrace.packager;
