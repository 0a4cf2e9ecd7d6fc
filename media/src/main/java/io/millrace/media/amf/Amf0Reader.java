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
 * Reads AMF0 values: a marker byte, then the body that the marker demands, all big-endian. Where an encoder says that it
 * switches to AMF3 for one value, that is read too.
 *
 * <p>Confined to one thread; advances the buffer that was given and keeps nothing of it. References are refused, since
 * they can form cycles. Memory is bounded by the bytes that are there and by {@link Limits}.
 */
public final class Amf0Reader {
    private static final String AMF0 = "AMF0";

    /**
     * What one message may ask for.
     *
     * @param depth containers within containers
     * @param keys fields of one object or ECMA array
     * @param items values of one strict array
     * @param keyBytes UTF-8 bytes of one key or class name
     * @param stringBytes UTF-8 bytes of one string
     */
    public record Limits(int depth, int keys, int items, int keyBytes, int stringBytes) {
        /** Each level takes some of the stack. */
        public static final int DEPTH_MAX = 256;
        /** For commands: they come from anybody, before any check of who it is. */
        public static final Limits COMMAND = new Limits(16, 512, 1024, 256, 16 * 1024);
        /** For data messages: XMP metadata of tens of kB is seen in the wild. */
        public static final Limits DATA = new Limits(16, 512, 1024, 256, 128 * 1024);

        public Limits {
            if (depth > DEPTH_MAX) {
                throw new IllegalArgumentException("AMF: a depth of " + depth + " is more than " + DEPTH_MAX);
            }
            if (Math.min(Math.min(depth, keys), Math.min(items, Math.min(keyBytes, stringBytes))) < 1) {
                throw new IllegalArgumentException("AMF: each limit is at least 1");
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

    /** The next value. */
    public AmfValue read() {
        return value(0);
    }

    /** The values up to the end of the buffer. */
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
            // One value, then AMF0 goes on; its tables begin anew with each.
            case Amf0Marker.AMF3 -> new Amf3Reader(in, limits).value(depth);
            case Amf0Marker.MOVIECLIP, Amf0Marker.REFERENCE, Amf0Marker.RECORDSET ->
                throw new UnsupportedException(AMF0, "marker", marker, "0-3, 5, 6, 8, 10-13, 15-17");
            default -> throw MalformedException.value(AMF0, "marker", marker, "0 to 17 but 9");
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

    /** Ends at 00 00 09, or with the message: encoders exist that leave the last end marker out. */
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
