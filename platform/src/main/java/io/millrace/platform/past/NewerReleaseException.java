package io.millrace.platform.past;

import io.millrace.platform.log.UnknownSchema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RetriableException;

/**
 * A range of the log contains a record of a newer release, so it cannot be read without gaps. A retry can succeed only
 * after this node has been upgraded.
 */
public final class NewerReleaseException extends RetriableException {
    private static final long serialVersionUID = 1;

    NewerReleaseException(ConsumerRecord<?, ?> record, UnknownSchema schema) {
        super("a newer release wrote " + record.topic() + "-" + record.partition() + "@" + record.offset() + " (schema "
                + schema + "); upgrade this node to that release");
    }
}
