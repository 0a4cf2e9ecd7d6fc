/**
 * Deterministic simulation of Millrace: production's sessions, leases, publications, segmenter tasks, packager partitions and
 * followed epochs over a model of Kafka, in virtual time and on one thread. One seed is one history. See
 * {@code simulation/README.md}.
 */
package io.millrace.simulation;
