/**
 * A model of Kafka that keeps what Kafka promises and nothing more: order within a partition, no order between two of them;
 * idempotent producers; acknowledged records survive; consumers read up to the high watermark; compaction keeps the last
 * record of each key; groups fence the commits of replaced members. Everything else is left to chance.
 */
package io.millrace.simulation.kafka;
