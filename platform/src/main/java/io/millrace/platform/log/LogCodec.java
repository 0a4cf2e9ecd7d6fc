package io.millrace.platform.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;

/**
 * Avro single-object encoding of every record of the log: {@code C3 01}, the fingerprint of the schema (CRC-64-AVRO, 8
 * bytes little-endian), the body. Readers know every schema ever released by its fingerprint.
 *
 * <p>{@link Packet} and {@link Part}, which carry media, have a hand-written codec: the payload is the last field of
 * the schema, so it is written after the small fields and read as a slice without a copy. {@link Cut} has a partly
 * hand-written one ({@link CutCodec}). Thread-safe.
 */
public final class LogCodec {
    private LogCodec() {}

    /**
     * Returns the record as the value of a Kafka record, in the version of the log that this process writes.
     *
     * @throws IllegalArgumentException if the record is {@link Undecodable} or of an {@link UnknownSchema}
     * @throws IllegalStateException if that version of the log does not have this type of record
     */
    public static byte[] encode(LogRecord record) {
        return switch (record) {
            case Packet packet ->
                Schemas.PACKET.isNewest() ? PayloadCodec.encode(packet) : Schemas.PACKET.encode(packet);
            case Part part -> Schemas.PART.isNewest() ? PayloadCodec.encode(part) : Schemas.PART.encode(part);
            case SessionStarted r -> Schemas.SESSION_STARTED.encode(r);
            case SessionEnded r -> Schemas.SESSION_ENDED.encode(r);
            case SessionTracks r -> Schemas.SESSION_TRACKS.encode(r);
            case CueRequest r -> Schemas.CUE_REQUEST.encode(r);
            case GraceOver r -> Schemas.GRACE_OVER.encode(r);
            case SessionNotice r -> Schemas.SESSION_NOTICE.encode(r);
            case Cut r -> Schemas.CUT.isNewest() ? Schemas.encode(r) : Schemas.CUT.encode(r);
            case EpochEnded r -> Schemas.EPOCH_ENDED.encode(r);
            case IndexEntry r -> Schemas.INDEX_ENTRY.encode(r);
            case Gap r -> Schemas.GAP.encode(r);
            case StreamEntry r -> Schemas.STREAM_ENTRY.encode(r);
            case StreamExpiry r -> Schemas.STREAM_EXPIRY.encode(r);
            case Withdrawal r -> Schemas.WITHDRAWAL.encode(r);
            case IngestNode r -> Schemas.INGEST_NODE.encode(r);
            case LogVersion r -> Schemas.LOG_VERSION.encode(r);
            case NodeHeartbeat r -> Schemas.NODE_HEARTBEAT.encode(r);
            case EdgeNode r -> Schemas.EDGE_NODE.encode(r);
            case StreamEvent r -> Schemas.STREAM_EVENT.encode(r);
            case DeadLetter r -> Schemas.DEAD_LETTER.encode(r);
            case Redelivery r -> Schemas.REDELIVERY.encode(r);
            case AudienceReport r -> Schemas.AUDIENCE_REPORT.encode(r);
            case Kick r -> Schemas.KICK.encode(r);
            case Undecodable r -> throw new IllegalArgumentException("record is undecodable: " + r.why());
            case UnknownSchema r -> throw new IllegalArgumentException("schema is unknown: " + r);
        };
    }

    /**
     * Decodes {@code value}; returns {@link UnknownSchema} if it is a record of a schema that this release does not
     * know, and {@link Undecodable} if decoding fails; never throws for invalid bytes. The payload of a packet or part
     * is a slice of {@code value}, whose position does not change.
     */
    public static LogRecord decode(ByteBuffer value) {
        try {
            return Schemas.decode(value.slice());
        } catch (AvroRuntimeException | IOException | IllegalArgumentException | ArithmeticException
                | IndexOutOfBoundsException | UnsupportedOperationException e) {
            return new Undecodable(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    /**
     * Returns the schema of {@code value} if it is a record of a schema that this release does not know, otherwise
     * empty.
     */
    public static Optional<UnknownSchema> unknownSchema(byte[] value) {
        return Schemas.unknown(ByteBuffer.wrap(value));
    }
}
