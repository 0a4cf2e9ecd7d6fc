package io.millrace.segmenter.topology;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The newest record of {@code packets} that a state contains. If the log no longer has that record at that offset, it has
 * lost records, and its offsets do not mean what they meant to the state. The bytes of a record are unique, so this also
 * detects a broker that was restored from an older copy, which repeats topic ids and leader epochs.
 *
 * <p>Layout: {@code version:8 | offset:64 | check:32}.
 *
 * @param offset offset of the record
 * @param check CRC-32C of its value, 0 for a tombstone
 */
public record LogMark(long offset, int check) {
    /** Key in the store. Stream names contain no {@code @}. */
    static final String KEY = "@newest";
    private static final int VERSION = 1;

    /** Receives a record of {@code packets}. */
    @FunctionalInterface
    public interface Visitor {
        void record(String stream, long offset, byte[] value);
    }

    /** Compares marks with the log, and reads what Kafka Streams has skipped. */
    public interface Log {
        /**
         * Returns whether the log has the record of {@code mark}, or has expired it.
         *
         * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
         */
        boolean has(LogMark mark, int partition);

        /**
         * Passes the records before an offset to {@code visitor}, in log order. Only the newest, if there are many.
         *
         * @param from the first offset to pass, if it is retained
         * @param to the offset after the last one to pass
         * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
         */
        void read(int partition, long from, long to, Visitor visitor);
    }

    static LogMark of(long offset, byte[] value) {
        CRC32C crc = new CRC32C();
        if (value != null) {
            crc.update(value);
        }
        return new LogMark(offset, (int) crc.getValue());
    }

    byte[] toBytes() {
        return new ByteWriter().uint8(VERSION).int64(offset).uint32(Integer.toUnsignedLong(check)).toByteArray();
    }

    /** @throws io.millrace.media.bytes.MediaException if another version wrote the bytes, or if they are damaged */
    static LogMark read(byte[] bytes) {
        ByteReader in = new ByteReader("LogMark", ByteBuffer.wrap(bytes));
        int version = in.uint8("version");
        if (version != VERSION) {
            throw MalformedException.value("LogMark", "version", version, String.valueOf(VERSION));
        }
        return new LogMark(in.int64("offset"), (int) in.uint32("check"));
    }
}
