package io.millrace.platform.log;

import io.millrace.platform.log.RecordSchema.FromGeneric;
import io.millrace.platform.log.RecordSchema.ToGeneric;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;

/**
 * Schema of a fold's state in the log: Avro single-object encoding with one schema per version of the log, as for
 * records ({@link LogVersions}). A field that a version adds has a default. Thread-safe.
 *
 * @param <T> type of the fold
 */
public final class StateSchema<T> {
    private final RecordSchema<T> records;
    private final Map<Long, RecordSchema.WrittenAs<T>> byFingerprint = new HashMap<>();

    /** Loads {@code avro/state/VERSION/NAME.avsc} of each version of the log. */
    public StateSchema(String name, ToGeneric<T> write, FromGeneric<T> read) {
        this(name, LogVersions.NAMES, write, read);
    }

    StateSchema(String name, List<String> versions, ToGeneric<T> write, FromGeneric<T> read) {
        List<Schema> schemas = versions.stream().map(version -> parse(name, version)).toList();
        records = new RecordSchema<>(schemas, write, read);
        schemas.stream().filter(Objects::nonNull).forEach(schema -> {
            RecordSchema.WrittenAs<T> written = records.writtenAs(schema);
            byFingerprint.put(written.fingerprint(), written);
        });
    }

    private static Schema parse(String name, String version) {
        try (InputStream in = StateSchema.class.getResourceAsStream("/avro/state/" + version + "/" + name + ".avsc")) {
            return in == null ? null : new Schema.Parser().parse(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Encodes a state in the version of the log that this process writes. */
    public byte[] encode(T state) {
        return records.encode(state);
    }

    byte[] encode(T state, int logVersion) {
        return records.encode(state, logVersion);
    }

    /**
     * Restores a state from the remaining bytes. The state shares no memory with {@code bytes}, whose position does not
     * change.
     *
     * @throws UnreadableStateException if no version that this release can read wrote the bytes, or if they are damaged
     */
    public T decode(ByteBuffer bytes) {
        try {
            ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            long fingerprint = in.getLong(2);
            RecordSchema.WrittenAs<T> written = byFingerprint.get(fingerprint);
            if (written == null) {
                throw new UnreadableStateException("its schema is unknown: %016x".formatted(fingerprint), null);
            }
            return written.decode(in.position(RecordSchema.HEADER_BYTES));
        } catch (UnreadableStateException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UnreadableStateException(e.toString(), e);
        }
    }
}
