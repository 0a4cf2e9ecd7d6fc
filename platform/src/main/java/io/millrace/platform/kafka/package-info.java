/**
 * Kafka clients with the settings that Millrace depends on, the topics and their creation, and the probe that reports
 * whether Kafka is reachable. Independent of the contents of the records.
 */
package io.millrace.platform.kafka;
