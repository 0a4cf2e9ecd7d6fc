package io.millrace.media.amf;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Reads one AMF3 value ("Action Message Format -- AMF 3", Adobe 2013) that follows marker 11 in AMF0: a marker byte,
 * then lengths, counts and indexes as 29-bit numbers in one to four bytes.
 *
 * <p>Confined to one thread. Use one reader per value, because it keeps the value's string and class tables. References
 * to objects are rejected because they can form cycles and expand a small message into a large value. Byte arrays,
 * vectors and dictionaries are rejected because no encoder sends them. Memory is bounded by the size of the input and
 * by the limits.
 */
final class Amf3Reader {
    private static final String AMF3 = "AMF3";
    private static final int UNDEFINED = 0x00;
    private static final int NULL = 0x01;
    private static final int FALSE = 0x02;
    private static final int TRUE = 0x03;
    private static final int INTEGER = 0x04;
    private static final int DOUBLE = 0x05;
    private static final int STRING = 0x06;
    private static final int XML_DOCUMENT = 0x07;
    private static final int DATE = 0x08;
    private static final int ARRAY = 0x09;
    private static final int OBJECT = 0x0A;
    private static final int XML = 0x0B;
    private static final int LAST_MARKER = 0x11;
    private static final int INTEGER_BITS = 29;

    private final ByteReader in;
    private final Amf0Reader.Limits limits;
    private final List<String> strings = new ArrayList<>();
    private final List<Traits> classes = new ArrayList<>();

    /** The members shared by all objects of one class. */
    private record Traits(boolean dynamic, List<String> members) {}

    Amf3Reader(ByteReader in, Amf0Reader.Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    /**
     * Reads a value.
     *
     * @param depth nesting depth of the containers around it
     */
    AmfValue value(int depth) {
        int marker = in.uint8("marker");
        return switch (marker) {
            case UNDEFINED -> AmfValue.UNDEFINED;
            case NULL -> AmfValue.NULL;
            case FALSE -> new AmfValue.Bool(false);
            case TRUE -> new AmfValue.Bool(true);
            case INTEGER -> new AmfValue.Number(uint29("integer") << 32 - INTEGER_BITS >> 32 - INTEGER_BITS);
            case DOUBLE -> new AmfValue.Number(in.float64("double"));
            case STRING -> new AmfValue.Text(string(limits.stringBytes()));
            case XML_DOCUMENT, XML -> new AmfValue.Text(utf8(inlineSize("xml"), limits.stringBytes()));
            case DATE -> {
                inlineSize("date");
                yield new AmfValue.Date(in.float64("date"));
            }
            case ARRAY -> array(depth + 1);
            case OBJECT -> object(depth + 1);
            default -> {
                if (marker > LAST_MARKER) {
                    throw MalformedException.value(AMF3, "marker", marker, "0 to 17");
                }
                throw new UnsupportedException(AMF3, "marker", marker, "0 to 11");
            }
        };
    }

    /** Reads the associative part (key-value pairs up to an empty key), then the dense part (values without keys). */
    private AmfValue array(int depth) {
        checkDepth(depth);
        int count = inlineSize("array.count");
        if (count > limits.items()) {
            throw new OverLimitException(AMF3, "array.count", count, limits.items());
        }
        SequencedMap<String, AmfValue> fields = new LinkedHashMap<>();
        pairs(fields, depth);
        if (count > in.remaining()) { // the shortest value is its marker
            throw MalformedException.truncated(AMF3, "array", count, in.remaining());
        }
        List<AmfValue> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(value(depth));
        }
        if (fields.isEmpty()) {
            return new AmfValue.StrictArray(items);
        }
        for (int i = 0; i < count; i++) {
            fields.put(String.valueOf(i), items.get(i));
        }
        return new AmfValue.EcmaArray(fields);
    }

    private AmfValue object(int depth) {
        checkDepth(depth);
        Traits traits = traits(inlineSize("object"));
        SequencedMap<String, AmfValue> fields = new LinkedHashMap<>();
        for (String member : traits.members()) {
            fields.put(member, value(depth));
        }
        if (traits.dynamic()) {
            pairs(fields, depth);
        }
        return new AmfValue.Obj(fields);
    }

    /**
     * Reads a class, or looks up one that was read before.
     *
     * @param header bit 0: the class is defined here; if so, bit 1: externalizable, bit 2: dynamic, other bits: number
     *     of members
     */
    private Traits traits(int header) {
        if ((header & 1) == 0) {
            int index = header >>> 1;
            if (index >= classes.size()) {
                throw MalformedException.value(AMF3, "traits", index, "less than " + classes.size());
            }
            return classes.get(index);
        }
        if ((header & 2) != 0) {
            throw new UnsupportedException(AMF3, "traits", "externalizable", "classes that declare their members");
        }
        int count = header >>> 3;
        if (count > limits.keys()) {
            throw new OverLimitException(AMF3, "members", count, limits.keys());
        }
        string(limits.keyBytes()); // the class name is not used
        List<String> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(string(limits.keyBytes()));
        }
        Traits traits = new Traits((header & 4) != 0, List.copyOf(members));
        classes.add(traits);
        return traits;
    }

    private void pairs(SequencedMap<String, AmfValue> fields, int depth) {
        for (String key = string(limits.keyBytes()); !key.isEmpty(); key = string(limits.keyBytes())) {
            if (fields.size() >= limits.keys()) {
                throw new OverLimitException(AMF3, "keys", fields.size() + 1L, limits.keys());
            }
            fields.put(key, value(depth));
        }
    }

    private void checkDepth(int depth) {
        if (depth > limits.depth()) {
            throw new OverLimitException(AMF3, "depth", depth, limits.depth());
        }
    }

    /** Reads a string, or a reference to an earlier one; the empty string is never referenced. */
    private String string(int limitBytes) {
        int header = uint29("string.length");
        if ((header & 1) == 0) {
            int index = header >>> 1;
            if (index >= strings.size()) {
                throw MalformedException.value(AMF3, "string.index", index, "less than " + strings.size());
            }
            return strings.get(index);
        }
        String text = utf8(header >>> 1, limitBytes);
        if (!text.isEmpty()) {
            strings.add(text);
        }
        return text;
    }

    private String utf8(int length, int limitBytes) {
        if (length > limitBytes) {
            throw new OverLimitException(AMF3, "string.length", length, limitBytes);
        }
        return new String(in.bytes(length, "string"), StandardCharsets.UTF_8);
    }

    /**
     * Reads a header and returns its value without the lowest bit, which must be set: the value is inline and not a
     * reference.
     */
    private int inlineSize(String field) {
        int header = uint29(field);
        if ((header & 1) == 0) {
            throw new UnsupportedException(AMF3, field, "a reference", "values");
        }
        return header >>> 1;
    }

    /**
     * Reads a 29-bit number: seven bits per byte while the highest bit is set; a fourth byte contributes eight bits.
     */
    private int uint29(String field) {
        int value = 0;
        for (int i = 0; i < 3; i++) {
            int next = in.uint8(field);
            value = value << 7 | next & 0x7F;
            if (next < 0x80) {
                return value;
            }
        }
        return value << 8 | in.uint8(field);
    }
}
