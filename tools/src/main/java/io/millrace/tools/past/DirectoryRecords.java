package io.millrace.tools.past;

import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Applies the records of the topic {@code streams} to a directory. */
public final class DirectoryRecords {
    private DirectoryRecords() {}

    /** Applies a record, and returns the name of its stream. */
    public static String apply(ConsumerRecord<String, LogRecord> record, StreamDirectory directory) {
        StreamKey key = StreamKey.parse(record.key());
        if (record.value() instanceof StreamEntry entry) {
            directory.put(entry);
        } else if (record.value() instanceof StreamExpiry expiry) {
            directory.expired(expiry);
        } else if (record.value() == null) {
            if (key.isOfStream()) {
                directory.forget(key.stream());
            } else {
                directory.remove(key.stream(), key.number());
            }
        }
        return key.stream();
    }
}
