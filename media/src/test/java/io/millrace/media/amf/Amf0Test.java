package io.millrace.media.amf;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class Amf0Test {
    private static final Amf0Reader.Limits LIMITS = Amf0Reader.Limits.COMMAND;

    record Row(String name, String hex, AmfValue value) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Bytes that are read to the value, and the value that is written to the same bytes. */
    static final List<Row> BOTH_WAYS = List.of(
            new Row("number", "00 3ff0000000000000", new AmfValue.Number(1)),
            new Row("infinity", "00 7ff0000000000000", new AmfValue.Number(Double.POSITIVE_INFINITY)),
            new Row("true", "01 01", new AmfValue.Bool(true)),
            new Row("false", "01 00", new AmfValue.Bool(false)),
            new Row("string", "02 0004 6c697665", new AmfValue.Text("live")),
            new Row("empty string", "02 0000", new AmfValue.Text("")),
            new Row("two-byte characters", "02 0002 c3a9", new AmfValue.Text("\u00e9")),
            new Row("object in order", "03 0001 62 05 0001 61 06 0000 09",
                    AmfValue.Obj.of(field("b", AmfValue.NULL), field("a", AmfValue.UNDEFINED))),
            new Row("empty object", "03 0000 09", AmfValue.Obj.of()),
            new Row("null", "05", AmfValue.NULL),
            new Row("undefined", "06", AmfValue.UNDEFINED),
            new Row("ECMA array", "08 00000001 0001 61 00 4000000000000000 0000 09",
                    AmfValue.EcmaArray.of(field("a", 2))),
            new Row("strict array", "0a 00000002 05 01 01",
                    new AmfValue.StrictArray(List.of(AmfValue.NULL, new AmfValue.Bool(true)))),
            new Row("date", "0b 3ff0000000000000 0000", new AmfValue.Date(1)),
            new Row("unsupported", "0d", new AmfValue.Unsupported()));

    /** Forms that encoders write and we do not. */
    static final List<Row> READ_ONLY = List.of(
            new Row("no number", "00 7ff8000000000001", new AmfValue.Number(Double.NaN)),
            new Row("bytes that are no UTF-8", "02 0003 61c328", new AmfValue.Text("a\ufffd(")),
            new Row("any true", "01 ff", new AmfValue.Bool(true)),
            new Row("short string as a long one", "0c 00000001 61", new AmfValue.Text("a")),
            new Row("XML", "0f 00000001 61", new AmfValue.Text("a")),
            new Row("date with a zone", "0b 3ff0000000000000 ffc4", new AmfValue.Date(1)),
            new Row("count of an ECMA array is a hint", "08 ffffffff 0000 09", AmfValue.EcmaArray.of()),
            new Row("typed object", "10 0001 43 0001 61 05 0000 09", AmfValue.Obj.of(field("a", AmfValue.NULL))),
            new Row("object cut at the end marker", "03 0001 61 05", AmfValue.Obj.of(field("a", AmfValue.NULL))),
            new Row("last of two equal keys", "03 0001 61 05 0001 61 06 0000 09",
                    AmfValue.Obj.of(field("a", AmfValue.UNDEFINED))));

    record Broken(String hex, Class<? extends MediaException> fault, String says) {}

    static final List<Broken> BROKEN = List.of(
            new Broken("", MalformedException.class, "marker"),
            new Broken("00 3ff0", MalformedException.class, "number"),
            new Broken("02 0004 6c69", MalformedException.class, "string"),
            new Broken("03 0000 08", MalformedException.class, "objectEnd"),
            new Broken("03 0001", MalformedException.class, "key"),
            new Broken("04", UnsupportedException.class, "marker"),
            new Broken("07 0000", UnsupportedException.class, "marker"),
            new Broken("09", MalformedException.class, "marker"),
            new Broken("0e", UnsupportedException.class, "marker"),
            new Broken("12", MalformedException.class, "marker"),
            new Broken("0a 00000400", MalformedException.class, "strictArray"),
            new Broken("0a 00000401", OverLimitException.class, "strictArray.count: is 1025, the limit is 1024"),
            new Broken("0a ffffffff", OverLimitException.class, "strictArray.count"),
            new Broken("0c 00004001", OverLimitException.class, "string.length: is 16385, the limit is 16384"),
            new Broken("0c ffffffff", OverLimitException.class, "string.length"),
            new Broken("03 0101", OverLimitException.class, "key.length: is 257, the limit is 256"));

    @ParameterizedTest
    @FieldSource("BOTH_WAYS")
    void roundTripsValues(Row row) {
        assertThat(read(row.hex())).isEqualTo(row.value());
        assertThat(write(row.value())).isEqualTo(bytes(row.hex()));
    }

    @ParameterizedTest
    @FieldSource("READ_ONLY")
    void readsValuesOfOtherWriters(Row row) {
        assertThat(read(row.hex())).isEqualTo(row.value());
    }

    @ParameterizedTest
    @FieldSource("BROKEN")
    void refuses(Broken row) {
        assertThatThrownBy(() -> read(row.hex())).isInstanceOf(row.fault())
                .hasMessageContaining(row.says());
    }

    @Example
    void keepsOrderOfKeys() {
        AmfValue.Obj object = (AmfValue.Obj) read("03 0001 62 05 0001 61 05 0001 63 05 0000 09");
        assertThat(object.fields().keySet()).containsExactly("b", "a", "c");
    }

    @Example
    void limitsDepthTo16() {
        assertThat(new Amf0Reader(nested(16), LIMITS).read()).isInstanceOf(AmfValue.StrictArray.class);
        assertThatThrownBy(() -> new Amf0Reader(nested(17), LIMITS).read()).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("depth");
    }

    @Example
    void limitsKeysTo512() {
        assertThat(((AmfValue.Obj) new Amf0Reader(keys(512), LIMITS).read()).fields()).hasSize(512);
        assertThatThrownBy(() -> new Amf0Reader(keys(513), LIMITS).read()).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("keys");
    }

    @Example
    void writesLongStringWithFourByteLength() {
        String text = "x".repeat(65_536);
        byte[] written = write(new AmfValue.Text(text));
        assertThat(written[0]).isEqualTo((byte) 0x0C);
        assertThat(new Amf0Reader(ByteBuffer.wrap(written), Amf0Reader.Limits.DATA).read())
                .isEqualTo(new AmfValue.Text(text));
    }

    @Property(tries = 300)
    void roundTripsAnyValue(@ForAll("values") AmfValue value) {
        assertThat(new Amf0Reader(ByteBuffer.wrap(write(value)), LIMITS).read()).isEqualTo(value);
    }

    @Property(tries = 2000)
    void anyBytesAreValueOrTypedError(@ForAll byte[] bytes) {
        try {
            new Amf0Reader(ByteBuffer.wrap(bytes), LIMITS).readAll();
        } catch (MediaException fault) {
            assertThat(fault.structure()).isIn("AMF0", "AMF3");
        }
    }

    @Provide
    Arbitrary<AmfValue> values() {
        Arbitrary<AmfValue> leaves = Arbitraries.oneOf(Arbitraries.doubles().map(AmfValue.Number::new),
                Arbitraries.of(true, false).map(AmfValue.Bool::new),
                Arbitraries.strings().ofMaxLength(20).filter(Amf0Test::isEncodable)
                        .map(AmfValue.Text::new),
                Arbitraries.of(AmfValue.NULL, AmfValue.UNDEFINED, new AmfValue.Unsupported(), new AmfValue.Date(5)));
        Arbitrary<AmfValue> inner = containers(leaves);
        return Arbitraries.oneOf(leaves, inner, containers(Arbitraries.oneOf(leaves, inner)));
    }

    private static Arbitrary<AmfValue> containers(Arbitrary<AmfValue> items) {
        Arbitrary<SequencedMap<String, AmfValue>> maps = Arbitraries
                .maps(Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(8), items).ofMaxSize(5)
                .map(LinkedHashMap::new);
        return Arbitraries.oneOf(items.list().ofMaxSize(5).map(AmfValue.StrictArray::new), maps.map(AmfValue.Obj::new),
                maps.map(AmfValue.EcmaArray::new));
    }

    private static boolean isEncodable(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static ByteBuffer nested(int depth) {
        ByteWriter out = new ByteWriter();
        Stream.generate(() -> 1).limit(depth).forEach(count -> out.uint8(0x0A).uint32(count));
        return out.uint8(0x05).view();
    }

    private static ByteBuffer keys(int count) {
        ByteWriter out = new ByteWriter().uint8(0x03);
        for (int i = 0; i < count; i++) {
            out.uint16(3).bytes("%03x".formatted(i).getBytes(StandardCharsets.US_ASCII)).uint8(0x05);
        }
        return out.uint16(0).uint8(9).view();
    }

    private static AmfValue read(String hex) {
        return new Amf0Reader(ByteBuffer.wrap(bytes(hex)), LIMITS).read();
    }

    private static byte[] write(AmfValue value) {
        ByteWriter out = new ByteWriter();
        new Amf0Writer(out).value(value);
        return out.toByteArray();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
