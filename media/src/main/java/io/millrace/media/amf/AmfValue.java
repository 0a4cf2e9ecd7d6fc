package io.millrace.media.amf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One AMF value ("Action Message Format -- AMF 0", Adobe 2007). AMF3 values are mapped to the same types.
 *
 * <p>Immutable. Typed objects are represented as {@link Obj}, XML documents and long strings as {@link Text}.
 */
public sealed interface AmfValue {
    Null NULL = new Null();
    Undefined UNDEFINED = new Undefined();

    record Number(double value) implements AmfValue {}

    record Bool(boolean value) implements AmfValue {}

    record Text(String value) implements AmfValue {}

    record Null() implements AmfValue {}

    record Undefined() implements AmfValue {}

    /** Marker 0D: the sender had a value that AMF0 cannot represent. */
    record Unsupported() implements AmfValue {}

    /** @param epochMs milliseconds since 1970 UTC; the time zone on the wire is ignored and written as 0 */
    record Date(double epochMs) implements AmfValue {}

    record StrictArray(List<AmfValue> items) implements AmfValue {
        public StrictArray {
            items = List.copyOf(items);
        }
    }

    /** An object or ECMA array. Encoders use one where the other is expected, so readers should match this type. */
    sealed interface Keyed extends AmfValue {
        /** Returns the fields in wire order. */
        SequencedMap<String, AmfValue> fields();

        /** Returns the field if it exists and is a string. */
        default Optional<String> text(String key) {
            return fields().get(key) instanceof Text(String value) ? Optional.of(value) : Optional.empty();
        }

        /** Returns the field if it exists and is a number. */
        default Optional<Double> number(String key) {
            return fields().get(key) instanceof Number(double value) ? Optional.of(value) : Optional.empty();
        }
    }

    record Obj(SequencedMap<String, AmfValue> fields) implements Keyed {
        public Obj {
            fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        }

        public static Obj of(Field... fields) {
            return new Obj(ordered(fields));
        }
    }

    record EcmaArray(SequencedMap<String, AmfValue> fields) implements Keyed {
        public EcmaArray {
            fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
        }

        public static EcmaArray of(Field... fields) {
            return new EcmaArray(ordered(fields));
        }
    }

    /** A field, for building objects in code. */
    record Field(String key, AmfValue value) {}

    static Field field(String key, AmfValue value) {
        return new Field(key, value);
    }

    static Field field(String key, String value) {
        return new Field(key, new Text(value));
    }

    static Field field(String key, double value) {
        return new Field(key, new Number(value));
    }

    private static SequencedMap<String, AmfValue> ordered(Field[] fields) {
        SequencedMap<String, AmfValue> map = new LinkedHashMap<>();
        for (Field field : fields) {
            map.put(field.key(), field.value());
        }
        return map;
    }
}
