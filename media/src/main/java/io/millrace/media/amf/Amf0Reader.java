package io.millrace.media.amf;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Reads AMF0 values: a marker byte followed by a body whose layout depends on the marker, all big-endian. A value that
 * is marked as AMF3 is read as well.
 *
 * <p>Confined to one thread; advances the buffer that it was given and keeps no reference to its contents. References
 * are rejected because they can form cycles. Memory is bounded by the size of the input and by {@link Limits}.
 */
public final class Amf0Reader {
    private static final String AMF0 = "AMF0";

    /**
     * Limits within one message.
     *
     * @param depth maximum nesting depth of containers
     * @param keys maximum number of fields of one object or ECMA array
     * @param items maximum number of values of one strict array
     * @param keyBytes maximum number of UTF-8 bytes of one key or class name
     * @param stringBytes maximum number of UTF-8 bytes of one string
     */
    public record Limits(int depth, int keys, int items, int keyBytes, int stringBytes) {
        /** Upper bound for the depth: reading is recursive, so each level uses stack. */
        public static final int DEPTH_MAX = 256;
        /** For commands, which are read before the peer is authenticated. */
        public static final Limits COMMAND = new Limits(16, 512, 1024, 256, 16 * 1024);
        /** For data messages: XMP metadata of tens of kB occurs in practice. */
        public static final Limits DATA = new Limits(16, 512, 1024, 256, 128 * 1024);

        public Limits {
            if (depth > DEPTH_MAX) {
                throw new IllegalArgumentException("AMF: a depth of " + depth + " is more than " + DEPTH_MAX);
            }
            if (Math.min(Math.min(depth, keys), Math.min(items, Math.min(keyBytes, stringBytes))) < 1) {
                throw new IllegalArgumentException("AMF: each limit must be at least 1");
            }
        }
    }

    private final ByteReader in;
    private final Limits limits;

    public Amf0Reader(ByteBuffer in, Limits limits) {
        this.in = new ByteReader(AMF0, in);
        this.limits = limits;
    }

    public boolean hasRemaining() {
        return in.hasRemaining();
    }

    /**
     * Returns the next value.
     *
     * @throws io.millrace.media.bytes.MediaException if the value is malformed, not supported or exceeds a limit
     */
    public AmfValue read() {
        return value(0);
    }

    /** Returns the values up to the end of the buffer. */
    public List<AmfValue> readAll() {
        List<AmfValue> values = new ArrayList<>();
        while (in.hasRemaining()) {
            values.add(read());
        }
        return values;
    }

    private AmfValue value(int depth) {
        int marker = in.uint8("marker");
        return switch (marker) {
            case Amf0Marker.NUMBER -> new AmfValue.Number(in.float64("number"));
            case Amf0Marker.BOOLEAN -> new AmfValue.Bool(in.uint8("boolean") != 0);
            case Amf0Marker.STRING -> new AmfValue.Text(string(in.uint16("string.length")));
            case Amf0Marker.LONG_STRING, Amf0Marker.XML_DOCUMENT ->
                new AmfValue.Text(string(in.uint32("longString.length")));
            case Amf0Marker.NULL -> AmfValue.NULL;
            case Amf0Marker.UNDEFINED -> AmfValue.UNDEFINED;
            case Amf0Marker.UNSUPPORTED -> new AmfValue.Unsupported();
            case Amf0Marker.DATE -> date();
            case Amf0Marker.OBJECT -> new AmfValue.Obj(fields(depth + 1));
            case Amf0Marker.TYPED_OBJECT -> typedObject(depth + 1);
            case Amf0Marker.ECMA_ARRAY -> ecmaArray(depth + 1);
            case Amf0Marker.STRICT_ARRAY -> strictArray(depth + 1);
            // A single AMF3 value; AMF0 continues after it. Each such value has its own reference tables.
            case Amf0Marker.AMF3 -> new Amf3Reader(in, limits).value(depth);
            case Amf0Marker.MOVIECLIP, Amf0Marker.REFERENCE, Amf0Marker.RECORDSET ->
                throw new UnsupportedException(AMF0, "marker", marker, "0-3, 5, 6, 8, 10-13, 15-17");
            default -> throw MalformedException.value(AMF0, "marker", marker, "0 to 17 except 9");
        };
    }

    private AmfValue date() {
        double epochMs = in.float64("date");
        in.skip(2, "date.zone");
        return new AmfValue.Date(epochMs);
    }

    private AmfValue typedObject(int depth) {
        key(in.uint16("typedObject.className.length"));
        return new AmfValue.Obj(fields(depth));
    }

    private AmfValue ecmaArray(int depth) {
        in.skip(4, "ecmaArray.count"); // a hint that encoders get wrong
        return new AmfValue.EcmaArray(fields(depth));
    }

    private AmfValue strictArray(int depth) {
        checkDepth(depth);
        long count = in.uint32("strictArray.count");
        if (count > limits.items()) {
            throw new OverLimitException(AMF0, "strictArray.count", count, limits.items());
        }
        if (count > in.remaining()) { // the shortest value is its marker
            throw MalformedException.truncated(AMF0, "strictArray", (int) count, in.remaining());
        }
        List<AmfValue> items = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            items.add(value(depth));
        }
        return new AmfValue.StrictArray(items);
    }

    /** Reads fields up to the end marker 00 00 09 or the end of the message: some encoders omit the last end marker. */
    private SequencedMap<String, AmfValue> fields(int depth) {
        checkDepth(depth);
        SequencedMap<String, AmfValue> fields = new LinkedHashMap<>();
        for (int count = 0; in.hasRemaining(); count++) {
            int keyLength = in.uint16("key.length");
            if (keyLength == 0) {
                int marker = in.uint8("objectEnd");
                if (marker != Amf0Marker.OBJECT_END) {
                    throw MalformedException.value(AMF0, "objectEnd", marker, "9 after an empty key");
                }
                break;
            }
            if (count == limits.keys()) {
                throw new OverLimitException(AMF0, "keys", count + 1L, limits.keys());
            }
            fields.put(key(keyLength), value(depth));
        }
        return fields;
    }

    private void checkDepth(int depth) {
        if (depth > limits.depth()) {
            throw new OverLimitException(AMF0, "depth", depth, limits.depth());
        }
    }

    private String key(int length) {
        if (length > limits.keyBytes()) {
            throw new OverLimitException(AMF0, "key.length", length, limits.keyBytes());
        }
        return new String(in.bytes(length, "key"), StandardCharsets.UTF_8);
    }

    private String string(long length) {
        if (length > limits.stringBytes()) {
            throw new OverLimitException(AMF0, "string.length", length, limits.stringBytes());
        }
        return new String(in.bytes((int) length, "string"), StandardCharsets.UTF_8);
    }
}
