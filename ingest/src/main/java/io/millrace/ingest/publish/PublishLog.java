package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogSpace;

/**
 * The parts of the Kafka log that a {@link PublishDesk} uses.
 *
 * @param kafka determines the partition of each stream
 * @param records writes the records of sessions
 * @param space whether the log has disk space; every publish is refused while it has none
 */
public record PublishLog(KafkaClients kafka, SessionLog records, LogSpace space) {}
