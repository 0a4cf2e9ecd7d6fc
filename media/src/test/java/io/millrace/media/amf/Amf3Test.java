package io.millrace.media.amf;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static io.millrace.media.amf.AmfValue.field;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** One AMF3 value within AMF0, after marker 11. */
class Amf3Test {
    record Row(String name, String hex, AmfValue value) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Row> ROWS = List.of(
            new Row("undefined", "00", AmfValue.UNDEFINED), new Row("null", "01", AmfValue.NULL),
            new Row("false", "02", new AmfValue.Bool(false)), new Row("true", "03", new AmfValue.Bool(true)),
            new Row("integer of one byte", "04 7f", new AmfValue.Number(127)),
            new Row("integer of two bytes", "04 81 00", new AmfValue.Number(128)),
            new Row("integer of three bytes", "04 8180 00", new AmfValue.Number(16_384)),
            new Row("largest integer", "04 bfffffff", new AmfValue.Number(268_435_455)),
            new Row("least integer", "04 c0808000", new AmfValue.Number(-268_435_456)),
            new Row("minus one", "04 ffffffff", new AmfValue.Number(-1)),
            new Row("double", "05 3ff0000000000000", new AmfValue.Number(1)),
            new Row("string", "06 09 6c697665", new AmfValue.Text("live")),
            new Row("empty string", "06 01", new AmfValue.Text("")),
            new Row("XML", "0b 03 61", new AmfValue.Text("a")),
            new Row("XML document", "07 03 61", new AmfValue.Text("a")),
            new Row("date", "08 01 3ff0000000000000", new AmfValue.Date(1)),
            new Row("array", "09 05 01 01 03",
                    new AmfValue.StrictArray(List.of(AmfValue.NULL, new AmfValue.Bool(true)))),
            new Row("array with keys", "09 03 03 61 02 01 01",
                    AmfValue.EcmaArray.of(field("a", new AmfValue.Bool(false)), field("0", AmfValue.NULL))),
            new Row("object without a class", "0a 0b 01 03 61 01 01", AmfValue.Obj.of(field("a", AmfValue.NULL))),
            new Row("object of a class", "0a 23 03 43 03 61 03 62 01 03",
                    AmfValue.Obj.of(field("a", AmfValue.NULL), field("b", new AmfValue.Bool(true)))),
            new Row("two objects of a class, one string twice", "09 05 01 0a 13 03 43 03 61 06 00 0a 01 06 02",
                    new AmfValue.StrictArray(List.of(AmfValue.Obj.of(field("a", "C")),
                            AmfValue.Obj.of(field("a", "a"))))));

    record Broken(String name, String hex, Class<? extends MediaException> fault, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Broken> BROKEN = List.of(
            new Broken("no marker", "", MalformedException.class, "marker"),
            new Broken("marker 12", "12", MalformedException.class, "marker"),
            new Broken("byte array", "0c 03 61", UnsupportedException.class, "marker"),
            new Broken("dictionary", "11 01 00", UnsupportedException.class, "marker"),
            new Broken("an object again", "0a 00", UnsupportedException.class, "reference"),
            new Broken("itself", "09 03 01 09 00", UnsupportedException.class, "reference"),
            new Broken("a class that codes itself", "0a 07 03 43", UnsupportedException.class, "externalizable"),
            new Broken("a class that was not told", "0a 01", MalformedException.class, "traits"),
            new Broken("a string that was not told", "06 00", MalformedException.class, "string.index"),
            new Broken("a string cut short", "06 09 6c69", MalformedException.class, "string"),
            new Broken("a long string", "06 8280 03", OverLimitException.class, "is 16385, the limit is 16384"),
            new Broken("the longest string", "06 ffffffff", OverLimitException.class, "string.length"),
            new Broken("many items", "09 9003 01", OverLimitException.class, "is 1025, the limit is 1024"),
            new Broken("items that are not there", "09 05 01 01", MalformedException.class, "needs 2 bytes"),
            new Broken("many members", "0a c013 01", OverLimitException.class, "members: is 513, the limit is 512"),
            new Broken("a number cut short", "04 ff", MalformedException.class, "integer"),
            new Broken("arrays in arrays", "09 03 01".repeat(17), OverLimitException.class, "depth: is 17"));

    @ParameterizedTest
    @FieldSource("ROWS")
    void readsOneValueAndContinuesWithAmf0(Row row) {
        Amf0Reader in = reader("11" + row.hex() + "05");
        assertThat(in.read()).isEqualTo(row.value());
        assertThat(in.read()).as("AMF0 behind it").isEqualTo(AmfValue.NULL);
        assertThat(in.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @FieldSource("BROKEN")
    void refuses(Broken row) {
        assertThatThrownBy(() -> reader("11" + row.hex()).read()).isInstanceOf(row.fault())
                .hasMessageContaining(row.says());
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void everyCutIsMalformed(Row row) {
        byte[] bytes = bytes("11" + row.hex());
        for (int size = 0; size < bytes.length; size++) {
            ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, size));
            assertThatThrownBy(() -> new Amf0Reader(cut, Amf0Reader.Limits.COMMAND).read())
                    .isInstanceOf(MalformedException.class);
        }
    }

    @Example
    void amf0ContainersHoldAmf3Values() {
        assertThat(reader("03 0001 61 11 04 05 0001 62 02 0001 63 0000 09").read())
                .isEqualTo(AmfValue.Obj.of(field("a", 5), field("b", "c")));
    }

    @Example
    void depthCountsAcrossBothFormats() {
        assertThatThrownBy(() -> reader("0a 00000001".repeat(10) + "11" + "09 03 01".repeat(7)).read())
                .isInstanceOf(OverLimitException.class).hasMessageContaining("depth: is 17");
    }

    @Property(tries = 3000)
    void randomBytesAreValueOrTypedError(@ForAll byte[] bytes) {
        byte[] marked = new byte[bytes.length + 1];
        marked[0] = 0x11;
        System.arraycopy(bytes, 0, marked, 1, bytes.length);
        try {
            assertThat(new Amf0Reader(ByteBuffer.wrap(marked), Amf0Reader.Limits.DATA).readAll()).isNotEmpty();
        } catch (MediaException fault) {
            assertThat(fault.getMessage()).isNotBlank();
        }
    }

    private static Amf0Reader reader(String hex) {
        return new Amf0Reader(ByteBuffer.wrap(bytes(hex)), Amf0Reader.Limits.COMMAND);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
