package io.millrace.media.codec;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CaptionsTest {
    private static final String ATSC = "b5 0031 47413934 03";

    /** The SEI payload after type and size, as both codecs have it. */
    @ParameterizedTest
    @CsvSource({
        "608 field 1, b5 0031 47413934 03 c1 ff fc 9420 ff, true",
        "608 field 2 after padding of field 1, b5 0031 47413934 03 c2 ff fc 8080 fd 9420 ff, true",
        "708, b5 0031 47413934 03 c1 ff ff 0221 ff, true",
        "708 packet data without the start of its packet, b5 0031 47413934 03 c1 ff fe 0000 ff, false",
        "608 padding with parity, b5 0031 47413934 03 c2 ff fc 8080 fd 8080 ff, false",
        "608 padding without parity, b5 0031 47413934 03 c1 ff fc 0000 ff, false",
        "constructs that are not valid, b5 0031 47413934 03 c2 ff f8 9420 fa 0221 ff, false",
        "more constructs than counted, b5 0031 47413934 03 c0 ff fc 9420 ff, false",
        "cc_data that must not be processed, b5 0031 47413934 03 81 ff fc 9420 ff, false",
        "bar data, b5 0031 47413934 06 c1 ff fc 9420 ff, false",
        "DirecTV, b5 002f 03 c1 ff fc 9420 ff, false",
        "HDR10+, b5 003c 0001 04 01, false",
        "truncated in a construct, b5 0031 47413934 03 c1 ff fc 94, false",
        "truncated before the constructs, b5 0031 47413934 03 c1, false",
        "truncated in the identifier, b5 0031 4741, false"})
    void readsCaptionData(String name, String payload, boolean captions) {
        String message = "04 %02x".formatted(hex(payload).remaining()) + payload;
        assertThat(Captions.ofAvc(accessUnit("09f0", "06" + message + "80", "65aa"), 4) != 0).as(name)
                .isEqualTo(captions);
        assertThat(Captions.ofHevc(accessUnit("460150", "4e01" + message + "80", "2601aa"), 4) != 0).as(name)
                .isEqualTo(captions);
    }

    /** CEA-608 by its control codes, with and without parity; CEA-708 by the headers of service blocks. */
    @ParameterizedTest
    @CsvSource({"CC1, c1 ff fc 9420", "CC1, c1 ff fc 1420", "CC2, c1 ff fc 1c2f", "CC3, c1 ff fd 1525",
        "CC4, c1 ff fd 9d2d", "'', c1 ff fc c8e5", "'', c1 ff fd 0103", "SERVICE1, c1 ff ff 0221",
        "SERVICE2, c2 ff ff 0241 fe 0000", "'', c1 ff ff 0200", "'', c1 ff fe 2221",
        "CC1 SERVICE1 SERVICE3, c4 ff fc 9420 ff 0422 fe aabb fe 61cc", "SERVICE10, c3 ff ff 04e1 fe 0aaa fe 0000",
        "SERVICE1, c3 ff ff 0423 fe 4142 fe 4300"})
    void namesChannels(String names, String constructs) {
        String payload = ATSC + constructs + "ff";
        String message = "04 %02x".formatted(hex(payload).remaining()) + payload;
        VideoConfig avc = (VideoConfig) CodecConfig.parse(Codec.AVC,
                hex("0142c00affe100176742c00ad90426c044000003000400000300f03c48992001000568cb83cb20"));
        ByteBuffer unit = accessUnit("09f0", "06" + message + "80", "65aa");
        assertThat(String.join(" ", Captions.names(Captions.channels(unit, avc)))).isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource({
        "after another message, 06 05 02 aabb 04 0e b5 0031 47413934 03 c1 ff fc 9420 ff 80",
        "after emulation prevention, 06 05 03 000003 00 04 0e b5 0031 47413934 03 c1 ff fc 9420 ff 80"})
    void findsMessage(String name, String sei) {
        assertThat(Captions.ofAvc(accessUnit(sei, "65aa"), 4)).as(name).isNotZero();
    }

    @Test
    void ignoresPayloadBeyondDeclaredSize() {
        assertThat(Captions.ofAvc(accessUnit("06 04 09" + ATSC + "c1 ff fc 9420 ff 80", "65aa"), 4)).isZero();
    }

    /** Cheap: neither slices nor what follows them are read. */
    @Test
    void stopsAtFirstSlice() {
        String sei = "06 04 0e" + ATSC + "c1 ff fc 9420 ff 80";
        assertThat(Captions.ofAvc(accessUnit("65aa", sei), 4)).isZero();
        assertThat(Captions.ofHevc(accessUnit("2601aa", "4e01" + sei.substring(2)), 4)).isZero();
        ByteBuffer damagedAfterSlice = accessUnit("09f0", "65aa", "41bbcc").limit(13);
        assertThat(Captions.ofAvc(damagedAfterSlice, 4)).isZero();
        ByteBuffer damaged = accessUnit("09f0", "06aa").limit(8);
        assertThatThrownBy(() -> Captions.ofAvc(damaged, 4)).isInstanceOf(MalformedException.class);
    }

    @Test
    void suffixSeiOfHevcIsNoCaption() {
        assertThat(Captions.ofHevc(accessUnit("5001 04 0e" + ATSC + "c1 ff fc 9420 ff 80", "2601aa"), 4)).isZero();
    }

    @Property(tries = 3000)
    void randomBytesAreValueOrTypedError(@ForAll @Size(max = 60) byte[] bytes) {
        ByteBuffer unit = ByteBuffer.wrap(bytes);
        for (int lengthSize : new int[]{1, 2, 4}) {
            try {
                assertThat(bytes.length < 15
                        && (Captions.ofAvc(unit, lengthSize) | Captions.ofHevc(unit, lengthSize)) != 0)
                        .isFalse();
            } catch (MediaException e) {
                assertThat(e.structure()).isEqualTo("NALUnits");
            }
            assertThat(unit.position()).isZero();
        }
    }

    private static ByteBuffer accessUnit(String... units) {
        ByteWriter out = new ByteWriter();
        for (String unit : units) {
            out.uint32(hex(unit).remaining()).bytes(hex(unit));
        }
        return out.view();
    }

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }
}
