package io.millrace.platform.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroRuntimeException;

/**
 * Avro single-object encoding of every record of the log: {@code C3 01}, the schema's fingerprint (CRC-64-AVRO, 8 bytes
 * little-endian), the body. Readers know every schema that was ever written, by its fingerprint.
 *
 * <p>{@link Packet} and {@link Part}, which carry media, are read and written by hand: their payload is the schema's last
 * field, so it is written behind the small fields and read as a slice without a copy. Thread-safe.
 */
public final class LogCodec {
    private LogCodec() {}

    /** The record's bytes, ready to be a Kafka value. */
    public static byte[] encode(LogRecord record) {
        return switch (record) {
            case Packet packet -> PayloadCodec.encode(packet);
            case Part part -> PayloadCodec.encode(part);
            case SessionStarted r -> Schemas.SESSION_STARTED.encode(r);
            case SessionEnded r -> Schemas.SESSION_ENDED.encode(r);
            case GraceOver r -> Schemas.GRACE_OVER.encode(r);
            case SessionNotice r -> Schemas.SESSION_NOTICE.encode(r);
            case Cut r -> Schemas.CUT.encode(r);
            case IndexEntry r -> Schemas.INDEX_ENTRY.encode(r);
            case StreamEntry r -> Schemas.STREAM_ENTRY.encode(r);
            case IngestNode r -> Schemas.INGEST_NODE.encode(r);
            case Undecodable r -> throw new IllegalArgumentException("cannot be written: " + r.why());
        };
    }

    /** What {@code value} says, or {@link Undecodable}. The payload of a packet or part is a slice of {@code value}. */
    public static LogRecord decode(ByteBuffer value) {
        try {
            return Schemas.decode(value.slice());
        } catch (AvroRuntimeException | IOException | IllegalArgumentException | ArithmeticException
                | IndexOutOfBoundsException e) {
            return new Undecodable(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
