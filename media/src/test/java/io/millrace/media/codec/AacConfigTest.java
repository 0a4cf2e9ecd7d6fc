package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AacConfigTest {
    record Case(String name, ByteBuffer bytes, int objectType, int coreSampleRate, int sampleRate, int channels,
            int samplesPerFrame) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> configs() {
        return List.of(
                // The first three are written by FFmpeg 5.1, whose sync extension signals that there is no SBR.
                new Case("LC stereo, FFmpeg", hex("119056e500"), 2, 48_000, 48_000, 2, 1024),
                new Case("LC mono, FFmpeg", hex("120856e500"), 2, 44_100, 44_100, 1, 1024),
                new Case("LC 5.1, FFmpeg", hex("11b056e500"), 2, 48_000, 48_000, 6, 1024),
                new Case("LC in two bytes, OBS", hex("1190"), 2, 48_000, 48_000, 2, 1024),
                new Case("960 samples", bits("00010 0011 0010 1 0 0"), 2, 48_000, 48_000, 2, 960),
                new Case("core coder delay", bits("00010 0011 0010 0 1 00000000000001 0"), 2, 48_000, 48_000, 2, 1024),
                new Case("Main", bits("00001 0111 0001 000"), 1, 22_050, 22_050, 1, 1024),
                new Case("24-bit rate", bits("00010 1111 000000001010110001000101 0010 000"), 2, 44_101, 44_101, 2,
                        1024),
                new Case("HE, explicit", bits("00101 0110 0010 0011 00010 000"), 5, 24_000, 48_000, 2, 1024),
                new Case("HE v2, explicit", bits("11101 0110 0001 0011 00010 000"), 29, 24_000, 48_000, 1, 1024),
                new Case("HE, explicit 24-bit rate",
                        bits("00101 0110 0010 1111 000000001011101110000001 00010 000"), 5, 24_000, 48_001, 2, 1024),
                new Case("HE, backward compatible", bits("00010 0110 0010 000 01010110111 00101 1 0011"), 2, 24_000,
                        48_000, 2, 1024),
                new Case("HE v2, backward compatible",
                        bits("00010 0110 0001 000 01010110111 00101 1 0011 10101001000 1"), 2, 24_000, 48_000, 1,
                        1024),
                new Case("7.1", bits("00010 0011 0111 000"), 2, 48_000, 48_000, 8, 1024),
                new Case("6.1", bits("00010 0011 1011 000"), 2, 48_000, 48_000, 7, 1024),
                new Case("channels by a program config", programConfig().toByteBuffer(), 2, 48_000, 48_000, 0, 1024),
                new Case("channels by a program config, backward compatible",
                        programConfig().bits("01010110111 00101 1 0000").toByteBuffer(), 2, 48_000, 96_000, 0, 1024));
    }

    /** Two front elements, one back element, one LFE, a mono and a matrix mixdown, and a three-byte comment. */
    private static BitWriter programConfig() {
        return new BitWriter().bits("00010 0011 0000 000")
                .bits("0000 01 0011 0010 0000 0001 01 000 0000 1 0000 0 1 000")
                .bits("0 0000 1 0000 1 0001 0000").bits("0000").bits(8, 3).bits(24, 0x616263);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void readsSignalledParameters(Case golden) {
        assertThat(AacConfig.parse(golden.bytes)).isEqualTo(new AacConfig(golden.bytes, golden.objectType,
                golden.coreSampleRate, golden.sampleRate, golden.channels, golden.samplesPerFrame));
    }

    @Test
    void namesFirstSignalledCodec() {
        assertThat(AacConfig.parse(hex("1190")).rfc6381()).isEqualTo("mp4a.40.2");
        assertThat(AacConfig.parse(bits("00101 0110 0010 0011 00010 000")).rfc6381()).isEqualTo("mp4a.40.5");
        assertThat(AacConfig.parse(bits("11101 0110 0001 0011 00010 000")).rfc6381()).isEqualTo("mp4a.40.29");
    }

    @Test
    void derivesAdtsParameters() {
        var config = AacConfig.parse(bits("00101 0110 0111 0011 00010 000"));
        assertThat(config.coreObjectType()).isEqualTo(2);
        assertThat(config.channelConfiguration()).isEqualTo(7);
    }

    @Test
    void readsEscapedObjectType() {
        assertThatThrownBy(() -> AacConfig.parse(bits("11111 001010 0011 0010 000")))
                .isInstanceOf(UnsupportedException.class).hasMessageContaining("is 42");
    }

    @Test
    void rejectsReservedValues() {
        assertThatThrownBy(() -> AacConfig.parse(bits("00010 1101 0010 000"))).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> AacConfig.parse(bits("00010 0011 1000 000"))).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> AacConfig.parse(bits("00010 0011 1111 000"))).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> AacConfig.parse(bits("00000 0011 0010 000"))).isInstanceOf(UnsupportedException.class);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "96000, true", "0, false", "96001, false", "16777215, false"})
    void limitsEscapedRate(int rate, boolean taken) {
        ByteBuffer bytes = new BitWriter().bits("00010 1111").bits(24, rate).bits("0010 000").toByteBuffer();
        if (taken) {
            assertThat(AacConfig.parse(bytes).sampleRate()).isEqualTo(rate);
        } else {
            assertThatThrownBy(() -> AacConfig.parse(bytes)).isInstanceOf(MediaException.class);
        }
    }

    @Test
    void limitsRecordSize() {
        ByteBuffer largest = ByteBuffer.allocate(CodecConfig.MAX_RECORD_BYTES).put(0, hex("1190").array());
        assertThat(AacConfig.parse(largest).channels()).isEqualTo(2);
        ByteBuffer larger = ByteBuffer.allocate(CodecConfig.MAX_RECORD_BYTES + 1).put(0, hex("1190").array());
        assertThatThrownBy(() -> AacConfig.parse(larger)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void truncatedConfigIsValueOrTypedError() {
        for (Case golden : configs()) {
            for (int size = 0; size < golden.bytes.limit(); size++) {
                parseOrTypedError(golden.bytes.slice(0, size));
            }
            assertThatThrownBy(() -> AacConfig.parse(golden.bytes.slice(0, 1))).isInstanceOf(MalformedException.class);
        }
    }

    @Property(tries = 5000)
    void randomBytesAreValueOrTypedError(@ForAll @Size(max = 24) byte[] bytes) {
        parseOrTypedError(ByteBuffer.wrap(bytes));
    }

    private static void parseOrTypedError(ByteBuffer bytes) {
        try {
            var config = AacConfig.parse(bytes);
            assertThat(config.sampleRate()).isBetween(1, AudioSpecificConfig.MAX_SAMPLE_RATE);
            assertThat(config.samplesPerFrame()).isIn(960, 1024);
        } catch (MediaException e) {
            assertThat(e.structure()).isNotEmpty();
        }
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static ByteBuffer bits(String bits) {
        return new BitWriter().bits(bits).toByteBuffer();
    }
}
