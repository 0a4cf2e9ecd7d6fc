package io.millrace.platform.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** The schemas of one type, with the conversion of the type to and from the fields. Thread-safe. */
public final class RecordSchema<T> {
    /** {@code C3 01} and the fingerprint. */
    static final int HEADER_BYTES = 10;

    /** Writes a record to the fields of its schema. Fields that the schema does not have are ignored. */
    @FunctionalInterface
    public interface ToGeneric<T> {
        void write(T record, Generic fields);
    }

    /**
     * Creates a record from the fields of the newest schema, in which the fields that older schemas lack have their
     * defaults.
     */
    @FunctionalInterface
    public interface FromGeneric<T> {
        T read(Generic fields);
    }

    /** The schema in each version of the log, from version 1 on; null before the type existed. */
    private final List<Schema> versions;
    private final List<byte[]> headers;
    private final Schema schema;
    private final long fingerprint;
    private final ToGeneric<T> write;
    private final FromGeneric<T> read;

    /** @param versions the schema in each version of the log, oldest first; null before the type existed */
    RecordSchema(List<Schema> versions, ToGeneric<T> write, FromGeneric<T> read) {
        this.versions = versions;
        this.headers = versions.stream()
                .map(each -> each == null ? new byte[0] : header(SchemaNormalization.parsingFingerprint64(each)))
                .toList();
        this.schema = versions.getLast();
        this.fingerprint = SchemaNormalization.parsingFingerprint64(schema);
        this.write = write;
        this.read = read;
    }

    String name() {
        return schema.getName();
    }

    long fingerprint() {
        return fingerprint;
    }

    /** Returns the fingerprint of the schema in a version of the log in which the type exists. */
    long fingerprint(int logVersion) {
        return SchemaNormalization.parsingFingerprint64(versions.get(logVersion - 1));
    }

    /** Whether the version that this process writes has the newest schema. */
    boolean isNewest() {
        return schema.equals(versions.get(LogVersions.written() - 1));
    }

    /** Encodes a record in the version that this process writes. Fields that the version does not have are omitted. */
    byte[] encode(T record) {
        return encode(record, LogVersions.written());
    }

    byte[] encode(T record, int logVersion) {
        int version = Math.min(logVersion, versions.size()) - 1;
        Schema schema = versions.get(version);
        if (schema == null) {
            throw new IllegalStateException(name() + " does not exist in version " + logVersion + " of the log");
        }
        Generic fields = new Generic(new GenericData.Record(schema));
        write.write(record, fields);
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        out.writeBytes(headers.get(version));
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(schema).write(fields.record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Returns the reader for records that were written with the schema {@code writer}, which is the newest one or an
     * older one.
     */
    WrittenAs<T> writtenAs(Schema writer) {
        return new WrittenAs<>(SchemaNormalization.parsingFingerprint64(writer),
                new GenericDatumReader<>(writer, schema), read);
    }

    static byte[] header(long fingerprint) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return header.put((byte) 0xC3).put((byte) 0x01).putLong(fingerprint).array();
    }

    record WrittenAs<T>(long fingerprint, GenericDatumReader<GenericRecord> reader,
            FromGeneric<T> read) {
        boolean isOf(RecordSchema<?> schema) {
            return read == schema.read;
        }

        T decode(ByteBuffer body) throws IOException {
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            return read.read(new Generic(reader.read(null, DecoderFactory.get().binaryDecoder(bytes, null))));
        }
    }

    /**
     * Typed access to the fields of a generic record. Writing a field that the schema does not have has no effect, so
     * that a record can be written in an older version of the log.
     */
    public static final class Generic {
        private final GenericRecord record;

        Generic(GenericRecord record) {
            this.record = record;
        }

        GenericRecord record() {
            return record;
        }

        public Generic put(String field, Object value) {
            Schema.Field written = written(field);
            if (written != null) {
                record.put(written.pos(), switch (value) {
                    case Enum<?> e -> new GenericData.EnumSymbol(written.schema(), e.name());
                    case Generic g -> g.record;
                    case null, default -> value;
                });
            }
            return this;
        }

        /**
         * Returns {@code field} of the schema that is written, null if it has none. A child record of a field that the
         * schema lacks has no fields.
         */
        private Schema.Field written(String field) {
            return record == null ? null : record.getSchema().getField(field);
        }

        public Generic symbols(String field, Collection<? extends Enum<?>> values) {
            Schema.Field written = written(field);
            if (written == null) {
                return this;
            }
            Schema element = written.schema().getElementType();
            record.put(written.pos(), values.stream().map(e -> new GenericData.EnumSymbol(element, e.name())).toList());
            return this;
        }

        public <E> Generic list(String field, List<E> values, BiConsumer<E, Generic> write) {
            Schema.Field written = written(field);
            if (written == null) {
                return this;
            }
            Schema element = written.schema().getElementType();
            List<GenericRecord> records = new ArrayList<>(values.size());
            for (E value : values) {
                Generic g = new Generic(new GenericData.Record(element));
                write.accept(value, g);
                records.add(g.record);
            }
            record.put(written.pos(), records);
            return this;
        }

        /**
         * Returns a new record for {@code field}, whose type is a record or a nullable record. The caller puts it
         * there.
         */
        public Generic child(String field) {
            Schema.Field written = written(field);
            if (written == null) {
                return new Generic(null);
            }
            Schema child = written.schema();
            return new Generic(new GenericData.Record(child.isUnion() ? child.getTypes().getLast() : child));
        }

        public boolean isNull(String field) {
            return record.get(field) == null;
        }

        public long int64(String field) {
            return (Long) record.get(field);
        }

        public int int32(String field) {
            return (Integer) record.get(field);
        }

        public boolean bool(String field) {
            return (Boolean) record.get(field);
        }

        public String text(String field) {
            Object value = record.get(field);
            return value == null ? null : value.toString();
        }

        public ByteBuffer bytes(String field) {
            return (ByteBuffer) record.get(field);
        }

        public List<ByteBuffer> byteStrings(String field) {
            return ((Collection<?>) record.get(field)).stream().map(ByteBuffer.class::cast).toList();
        }

        public <E extends Enum<E>> E symbol(String field, Class<E> type) {
            return Enum.valueOf(type, record.get(field).toString());
        }

        public <E extends Enum<E>> List<E> symbols(String field, Class<E> type) {
            return ((Collection<?>) record.get(field)).stream().map(s -> Enum.valueOf(type, s.toString())).toList();
        }

        public List<String> texts(String field) {
            return ((Collection<?>) record.get(field)).stream().map(Object::toString).toList();
        }

        public Generic record(String field) {
            return new Generic((GenericRecord) record.get(field));
        }

        public <E> List<E> list(String field, Function<Generic, E> read) {
            return ((Collection<?>) record.get(field)).stream().map(e -> read.apply(new Generic((GenericRecord) e)))
                    .toList();
        }
    }
}
