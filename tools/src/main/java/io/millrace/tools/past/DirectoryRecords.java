package io.millrace.tools.past;

import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Applies the records of the topic {@code streams} to a directory. */
public final class DirectoryRecords {
    private DirectoryRecords() {}

    /** Applies a record, and returns the name of its stream. */
    public static String apply(ConsumerRecord<String, LogRecord> record, StreamDirectory directory) {
        Optional<Withdrawal.Key> withdrawn = Withdrawal.Key.parse(record.key());
        if (withdrawn.isPresent()) {
            apply(withdrawn.get(), record.value(), directory);
            return withdrawn.get().stream();
        }
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

    private static void apply(Withdrawal.Key key, LogRecord value, StreamDirectory directory) {
        if (value instanceof Withdrawal withdrawal) {
            directory.withdraw(withdrawal);
        } else if (value == null) {
            directory.restore(key);
        }
    }
}
