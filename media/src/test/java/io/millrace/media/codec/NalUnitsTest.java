package io.millrace.media.codec;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NalUnitsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void iteratesWithoutCopying(int lengthSize) {
        ByteBuffer given = accessUnit(lengthSize, "09f0", "06050100", "65aabbcc", "01");
        // The access unit does not start at the beginning of its buffer, like the payload of a message.
        ByteBuffer shifted = ByteBuffer.allocate(given.limit() + 7).put(5, given.array());
        shifted.position(5).limit(5 + given.limit());
        var units = new NalUnits(shifted, lengthSize);
        List<Integer> types = new ArrayList<>();
        List<ByteBuffer> seen = new ArrayList<>();
        while (units.next()) {
            types.add(units.type());
            seen.add(units.unit());
            assertThat(units.unit()).isEqualTo(shifted.slice(units.offset(), units.sizeBytes()));
        }
        assertThat(types).containsExactly(NalUnits.ACCESS_UNIT_DELIMITER, NalUnits.SEI, NalUnits.IDR, NalUnits.SLICE);
        assertThat(seen).containsExactly(hex("09f0"), hex("06050100"), hex("65aabbcc"), hex("01"));
        assertThat(seen.getFirst().array()).isSameAs(shifted.array());
        assertThat(shifted.position()).isEqualTo(5);
        assertThat(units.next()).isFalse();
    }

    @Test
    void findsIdrAfterOtherUnits() {
        assertThat(NalUnits.containsIdr(accessUnit(4, "09f0", "6742", "6801", "65aa"), 4)).isTrue();
        assertThat(NalUnits.containsIdr(accessUnit(4, "09f0", "41aa"), 4)).isFalse();
        assertThat(NalUnits.containsIdr(ByteBuffer.allocate(0), 4)).isFalse();
    }

    @Test
    void ignoresIdrInDamagedAccessUnit() {
        ByteBuffer cut = accessUnit(4, "65aa", "41bbcc").limit(12);
        assertThatThrownBy(() -> NalUnits.containsIdr(cut, 4)).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @CsvSource({
        // x264 with intra refresh; after another message; with a two-byte type; after emulation prevention
        "06 06 02 05 c4 80, true", "06 05 03 aabbcc 06 01 c4 80, true", "06 ff 01 01 aa 06 01 c4 80, true",
        "06 05 04 000003000003 00 06 01 c4 80, false", "06 05 05 00000300000300 06 01 c4 80, true",
        // Only another message, whose payload contains a 6; empty; truncated in the size; truncated in the payload
        "06 05 03 060606 80, false", "06 80, false", "06, false", "06 05 ff ff, false",
        "06 05 20 aa 06 01 c4 80, false"})
    void findsRecoveryPoint(String sei, boolean found) {
        ByteBuffer unit = accessUnit(4, "09f0", sei.replace(" ", ""), "41aa");
        assertThat(NalUnits.hasRecoveryPoint(unit, 4)).isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource({"1, 00", "1, 02aa", "2, 0000", "2, 01", "4, 00000000", "4, 000000", "4, 00000002aa",
        "4, ffffffffaa", "4, 7fffffffaa", "4, 00000001aa00"})
    void rejectsLengthsBeyondInput(int lengthSize, String bytes) {
        var units = new NalUnits(hex(bytes), lengthSize);
        assertThatThrownBy(() -> {
            while (units.next()) {
                assertThat(units.sizeBytes()).isPositive();
            }
        }).isInstanceOf(MalformedException.class);
    }

    @Test
    void limitsNumberOfUnits() {
        var most = new ByteWriter();
        for (int i = 0; i < NalUnits.MAX_UNITS; i++) {
            most.uint8(1).uint8(0x65);
        }
        assertThat(NalUnits.containsIdr(most.view(), 1)).isTrue();
        most.uint8(1).uint8(0x65);
        assertThatThrownBy(() -> NalUnits.containsIdr(most.view(), 1)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void callerMaySetLowerLimit() {
        ByteBuffer three = accessUnit(4, "09f0", "6742", "65aa");
        assertThat(NalUnits.containsIdr(three, 4, 3)).isTrue();
        assertThatThrownBy(() -> NalUnits.containsIdr(three, 4, 2)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("count: is 3, the limit is 2");
        assertThat(HevcNal.containsIrap(three, 4, 3)).isFalse();
        assertThatThrownBy(() -> HevcNal.containsIrap(three, 4, 2)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void rejectsInvalidLengthSize() {
        assertThatThrownBy(() -> new NalUnits(ByteBuffer.allocate(9), 3)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void iteratesOverWrittenUnits(@ForAll @Size(max = 20) List<@Size(min = 1, max = 40) byte[]> units) {
        var out = new ByteWriter();
        units.forEach(unit -> out.uint16(unit.length).bytes(unit));
        var walk = new NalUnits(out.view(), 2);
        for (byte[] unit : units) {
            assertThat(walk.next()).isTrue();
            assertThat(walk.unit()).isEqualTo(ByteBuffer.wrap(unit));
        }
        assertThat(walk.next()).isFalse();
    }

    @Property(tries = 3000)
    void randomBytesAreValueOrTypedError(@ForAll @Size(max = 60) byte[] bytes) {
        for (int lengthSize : new int[]{1, 2, 4}) {
            try {
                boolean idr = NalUnits.containsIdr(ByteBuffer.wrap(bytes), lengthSize);
                boolean recovery = NalUnits.hasRecoveryPoint(ByteBuffer.wrap(bytes), lengthSize);
                assertThat((idr || recovery) && bytes.length < lengthSize + 1).isFalse();
            } catch (MediaException e) {
                assertThat(e.structure()).isEqualTo("NALUnits");
            }
        }
    }

    private static ByteBuffer accessUnit(int lengthSize, String... units) {
        var out = new ByteWriter();
        for (String unit : units) {
            ByteBuffer bytes = hex(unit);
            switch (lengthSize) {
                case 1 -> out.uint8(bytes.remaining());
                case 2 -> out.uint16(bytes.remaining());
                default -> out.uint32(bytes.remaining());
            }
            out.bytes(bytes);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
