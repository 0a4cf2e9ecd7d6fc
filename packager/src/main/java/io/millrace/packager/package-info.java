/**
 * The packager: muxes the parts of every cut and writes their positions to the index.
 *
 * <p>Threads: {@code packager} (virtual) owns both consumers and all state of partitions and streams; it polls, muxes
 * and hands parts to the producer. {@code packager-index} (virtual) writes the index entry of each part that Kafka has
 * acknowledged, in order. The producer's own thread must not do that, because a send from there could wait for that
 * very thread; it only counts bytes and fills a queue.
 */
package io.millrace.packager;
