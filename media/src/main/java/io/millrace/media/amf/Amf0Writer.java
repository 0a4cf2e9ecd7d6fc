package io.millrace.media.amf;

import io.millrace.media.bytes.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SequencedMap;

/**
 * Writes AMF0 values in the layout that {@link Amf0Reader} reads. An object with an empty key, or a key longer than
 * 65,535 bytes, is rejected with an {@link IllegalArgumentException}. Confined to one thread.
 */
public final class Amf0Writer {
    private static final int UINT16_MAX = 0xFFFF;

    private final ByteWriter out;

    public Amf0Writer(ByteWriter out) {
        this.out = out;
    }

    public Amf0Writer values(List<AmfValue> values) {
        values.forEach(this::value);
        return this;
    }

    public Amf0Writer value(AmfValue value) {
        switch (value) {
            case AmfValue.Number(double number) -> out.uint8(Amf0Marker.NUMBER).float64(number);
            case AmfValue.Bool(boolean bool) -> out.uint8(Amf0Marker.BOOLEAN).uint8(bool ? 1 : 0);
            case AmfValue.Text(String text) -> text(text.getBytes(StandardCharsets.UTF_8));
            case AmfValue.Null() -> out.uint8(Amf0Marker.NULL);
            case AmfValue.Undefined() -> out.uint8(Amf0Marker.UNDEFINED);
            case AmfValue.Unsupported() -> out.uint8(Amf0Marker.UNSUPPORTED);
            case AmfValue.Date(double epochMs) -> out.uint8(Amf0Marker.DATE).float64(epochMs).uint16(0);
            case AmfValue.StrictArray(List<AmfValue> items) -> {
                out.uint8(Amf0Marker.STRICT_ARRAY).uint32(items.size());
                values(items);
            }
            case AmfValue.Obj(SequencedMap<String, AmfValue> fields) -> {
                out.uint8(Amf0Marker.OBJECT);
                fields(fields);
            }
            case AmfValue.EcmaArray(SequencedMap<String, AmfValue> fields) -> {
                out.uint8(Amf0Marker.ECMA_ARRAY).uint32(fields.size());
                fields(fields);
            }
        }
        return this;
    }

    private void text(byte[] utf8) {
        if (utf8.length <= UINT16_MAX) {
            out.uint8(Amf0Marker.STRING).uint16(utf8.length).bytes(utf8);
        } else {
            out.uint8(Amf0Marker.LONG_STRING).uint32(utf8.length).bytes(utf8);
        }
    }

    private void fields(SequencedMap<String, AmfValue> fields) {
        fields.forEach((key, value) -> {
            byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
            if (utf8.length == 0 || utf8.length > UINT16_MAX) {
                throw new IllegalArgumentException("an AMF0 key must have 1 to 65535 bytes, but has " + utf8.length);
            }
            out.uint16(utf8.length).bytes(utf8);
            value(value);
        });
        out.uint16(0).uint8(Amf0Marker.OBJECT_END);
    }
}
