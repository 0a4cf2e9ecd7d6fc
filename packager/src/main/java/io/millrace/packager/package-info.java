/**
 * The packager: makes the parts of every cut and says in the index where they are.
 *
 * <p>Threads. {@code packager} (virtual) owns both consumers and all state of partitions and streams; it polls, muxes and
 * hands parts to the producer. {@code packager-index} (virtual) writes the index entry of every part that the log has
 * acknowledged, in order: the producer's own thread must not, because a send from there could wait for that very thread.
 * The producer's thread only counts bytes and queues.
 */
package io.millrace.packager;
