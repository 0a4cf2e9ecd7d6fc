package io.millrace.media.amf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * One value of AMF0 ("Action Message Format -- AMF 0", Adobe 2007); those of AMF3 are read as these.
 *
 * <p>Immutable. Typed objects are read as {@link Obj}, XML documents and long strings as {@link Text}.
 */
public sealed interface AmfValue {
    Null NULL = new Null();
    Undefined UNDEFINED = new Undefined();

    record Number(double value) implements AmfValue {}

    record Bool(boolean value) implements AmfValue {}

    record Text(String value) implements AmfValue {}

    record Null() implements AmfValue {}

    record Undefined() implements AmfValue {}

    /** Marker 0D: the sender had a value that AMF0 cannot carry. */
    record Unsupported() implements AmfValue {}

    /** @param epochMs since 1970 UTC; the zone of the wire means nothing and is written as 0 */
    record Date(double epochMs) implements AmfValue {}

    record StrictArray(List<AmfValue> items) implements AmfValue {
        public StrictArray {
            items = List.copyOf(items);
        }
    }

    /** Objects and ECMA arrays: encoders use one where the other is expected, so readers ask for this. */
    sealed interface Keyed extends AmfValue {
        /** In the order of the wire. */
        SequencedMap<String, AmfValue> fields();

        /** The field, if it is there and a string. */
        default Optional<String> text(String key) {
            return fields().get(key) instanceof Text(String value) ? Optional.of(value) : Optional.empty();
        }

        /** The field, if it is there and a number. */
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

    /** For writing objects down in code. */
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
