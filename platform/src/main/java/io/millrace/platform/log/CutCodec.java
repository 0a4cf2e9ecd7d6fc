package io.millrace.platform.log;

import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.RecordSchema.ToGeneric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Reads and writes cuts in the newest schema. The samples, of which there are as many as packets and which are the last
 * field of the schema, are passed to Avro's encoder one value at a time; the other fields as a generic record. A test
 * compares the bytes with those of Avro's own writer. Thread-safe.
 */
final class CutCodec {
    private static final Packet.Kind[] KINDS = Packet.Kind.values();
    /** Typical size of a sample; the buffer grows if there are larger ones. */
    private static final int SAMPLE_BYTES = 16;
    private static final int OTHER_BYTES = 512;

    private final byte[] header;
    /** The fields before the samples. */
    private final Schema before;
    private final ToGeneric<Cut> write;
    private final Read read;

    /** Creates a cut from the fields before the samples. */
    @FunctionalInterface
    interface Read {
        Cut cut(Generic fields, List<Cut.Sample> samples);
    }

    /**
     * @param schema the newest schema of a cut
     * @param write writes the fields before the samples, and any others
     */
    CutCodec(Schema schema, byte[] header, ToGeneric<Cut> write, Read read) {
        List<Schema.Field> fields = schema.getFields();
        if (!fields.getLast().name().equals("samples")) {
            throw new IllegalArgumentException("the last field is " + fields.getLast().name());
        }
        this.header = header;
        this.before = Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false,
                fields.subList(0, fields.size() - 1).stream().map(field -> new Schema.Field(field, field.schema()))
                        .toList());
        this.write = write;
        this.read = read;
    }

    byte[] encode(Cut cut) {
        Generic fields = new Generic(new GenericData.Record(before));
        write.write(cut, fields);
        var out = new ByteArrayOutputStream(OTHER_BYTES + cut.samples().size() * SAMPLE_BYTES);
        out.writeBytes(header);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(before).write(fields.record(), encoder);
            encoder.writeArrayStart();
            encoder.setItemCount(cut.samples().size());
            for (Cut.Sample sample : cut.samples()) {
                encoder.startItem();
                encode(sample, encoder);
            }
            encoder.writeArrayEnd();
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void encode(Cut.Sample sample, BinaryEncoder encoder) throws IOException {
        encoder.writeInt(sample.offsetDelta());
        encoder.writeEnum(sample.kind().ordinal());
        encoder.writeInt(sample.track());
        encoder.writeLong(sample.dts());
        encoder.writeInt(sample.compositionTicks());
        encoder.writeInt(sample.duration());
        encoder.writeBoolean(sample.keyframe());
    }

    /** @param body positioned after the header */
    Cut decode(ByteBuffer body) throws IOException {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        GenericRecord fields = new GenericDatumReader<GenericRecord>(before).read(null, decoder);
        List<Cut.Sample> samples = new ArrayList<>();
        for (long count = decoder.readArrayStart(); count > 0; count = decoder.arrayNext()) {
            for (long i = 0; i < count; i++) {
                samples.add(sample(decoder));
            }
        }
        return read.cut(new Generic(fields), Collections.unmodifiableList(samples));
    }

    private static Cut.Sample sample(BinaryDecoder decoder) throws IOException {
        return new Cut.Sample(decoder.readInt(), KINDS[decoder.readEnum()], decoder.readInt(), decoder.readLong(),
                decoder.readInt(), decoder.readInt(), decoder.readBoolean());
    }
}
