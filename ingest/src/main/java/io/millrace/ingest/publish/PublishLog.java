package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.LogSpace;

/**
 * The log of a {@link PublishDesk}.
 *
 * @param kafka knows the partitions
 * @param records writes the records of sessions
 * @param space whether the log has space; without it every publish is refused
 */
public record PublishLog(KafkaClients kafka, SessionLog records, LogSpace space) {}
