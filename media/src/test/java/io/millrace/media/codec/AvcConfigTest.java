package io.millrace.media.codec;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AvcConfigTest {
    record Case(String name, int width, int height, int rateNumerator, int rateDenominator, int profile, byte[] avcc) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> x264() throws IOException {
        try (InputStream in = AvcConfigTest.class.getResourceAsStream("avcc.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(AvcConfigTest::row).toList();
        }
    }

    private static Case row(String line) {
        String[] columns = line.split("\t");
        String[] rate = columns[3].split("/");
        return new Case(columns[0], Integer.parseInt(columns[1]), Integer.parseInt(columns[2]),
                Integer.parseInt(rate[0]), Integer.parseInt(rate[1]), Integer.parseInt(columns[4], 16),
                HexFormat.of().parseHex(columns[5]));
    }

    @ParameterizedTest
    @MethodSource("x264")
    void agreesWithFfprobe(Case golden) {
        var config = AvcConfig.parse(ByteBuffer.wrap(golden.avcc));
        assertThat(config.width()).isEqualTo(golden.width);
        assertThat(config.height()).isEqualTo(golden.height);
        assertThat(config.frameRate().numerator()).isEqualTo(golden.rateNumerator);
        assertThat(config.frameRate().denominator()).isEqualTo(golden.rateDenominator);
        assertThat(config.profile()).isEqualTo(golden.profile);
        assertThat(config.nalLengthSize()).isEqualTo(4);
        assertThat(config.record()).isEqualTo(ByteBuffer.wrap(golden.avcc)).isNotSameAs(config.record());
    }

    @ParameterizedTest
    @MethodSource("x264")
    void truncatedRecordIsMalformed(Case golden) {
        // The fields after the last PPS are optional.
        int needed = golden.avcc.length - (golden.profile >= 100 ? 4 : 0);
        for (int size = 0; size < needed; size++) {
            ByteBuffer cut = ByteBuffer.wrap(golden.avcc, 0, size);
            assertThatThrownBy(() -> AvcConfig.parse(cut)).isInstanceOf(MalformedException.class);
        }
        for (int size = needed; size <= golden.avcc.length; size++) {
            assertThat(AvcConfig.parse(ByteBuffer.wrap(golden.avcc, 0, size)).width()).isEqualTo(golden.width);
        }
    }

    @Test
    void readsFieldsOfRecord() throws IOException {
        var config = AvcConfig.parse(ByteBuffer.wrap(x264().getFirst().avcc));
        assertThat(config.rfc6381()).isEqualTo("avc1.42c01e");
        assertThat(config.sps()).extracting(ByteBuffer::remaining).containsExactly(25);
        assertThat(config.pps()).containsExactly(ByteBuffer.wrap(HexFormat.of().parseHex("68cb83cb20")));
    }

    @Test
    void copiesInputAndReturnsViews() throws IOException {
        byte[] bytes = x264().getFirst().avcc;
        var given = ByteBuffer.wrap(bytes);
        var config = AvcConfig.parse(given);
        assertThat(given.position()).isZero();
        bytes[1] = 0x7F;
        assertThat(config.record().get(1)).isEqualTo((byte) 0x42);
        config.record().position(3);
        config.sps().getFirst().position(3);
        assertThat(config.record().position()).isZero();
        assertThat(config.sps().getFirst().position()).isZero();
        assertThat(config.record().isReadOnly()).isTrue();
    }

    @Test
    void isEqualByRecordBytes() throws IOException {
        byte[] bytes = x264().getFirst().avcc;
        assertThat(AvcConfig.parse(ByteBuffer.wrap(bytes))).isEqualTo(AvcConfig.parse(ByteBuffer.wrap(bytes.clone())));
        assertThat(AvcConfig.parse(ByteBuffer.wrap(bytes)))
                .isNotEqualTo(AvcConfig.parse(ByteBuffer.wrap(x264().get(1).avcc)));
    }

    @Test
    void readsScalingListsInSps() {
        var sps = highSps().ue(1).ue(0).ue(0).bits("0 1");
        // Eight lists: three default, one of 16 equal steps, one that ends immediately, one absent, two of 64.
        sps.bits("0 0 0 1").bits("1".repeat(16)).bits("1").se(-8).bits("0");
        sps.bits("1").bits("1".repeat(64)).bits("1").bits("1".repeat(64));
        var parsed = AvcSps.parse(size(sps.ue(0).ue(0).ue(0)).toByteBuffer());
        assertThat(parsed).isEqualTo(new PictureFormat(64, 48, new FrameRate(0, 1)));
    }

    @Test
    void readsPictureOrderOfTypeOne() {
        var sps = mainSps().ue(0).ue(1).bits("0").se(-7).se(3).ue(255);
        for (int i = 0; i < 255; i++) {
            sps.se(i - 128);
        }
        assertThat(AvcSps.parse(size(sps).toByteBuffer())).isEqualTo(new PictureFormat(64, 48, new FrameRate(0, 1)));
    }

    @Test
    void limitsPictureOrderCycle() {
        var sps = mainSps().ue(0).ue(1).bits("0").se(0).se(0).ue(256).toByteBuffer();
        assertThatThrownBy(() -> AvcSps.parse(sps)).isInstanceOf(MalformedException.class)
                .hasMessageContaining("num_ref_frames_in_pic_order_cnt_cycle");
    }

    @ParameterizedTest
    @CsvSource({"1055, 1055, 1, 16880, 16880", "1055, 527, 0, 16880, 16864"})
    void acceptsLargestPicture(int columns, int mapUnits, int framesOnly, int width, int height) {
        var sps = AvcSps.parse(ofMacroblocks(columns, mapUnits, framesOnly));
        assertThat(sps).isEqualTo(new PictureFormat(width, height, new FrameRate(0, 1)));
    }

    @ParameterizedTest
    @CsvSource({"1056, 4, 1", "4, 1056, 1", "4, 528, 0", "4096, 4096, 1", "4294967295, 4294967295, 1"})
    void rejectsLargerPicture(long columns, long mapUnits, int framesOnly) {
        ByteBuffer sps = ofMacroblocks(columns, mapUnits, framesOnly);
        assertThatThrownBy(() -> AvcSps.parse(sps)).isInstanceOf(OverLimitException.class);
    }

    @Test
    void rejectsCropOfWholePicture() {
        var most = mainSps().ue(0).ue(2).ue(1).bits("0").ue(3).ue(2).bits("1 1 1").ue(15).ue(16).ue(0).ue(0)
                .bits("0 1");
        assertThat(AvcSps.parse(most.toByteBuffer()).width()).isEqualTo(2);
        var all = mainSps().ue(0).ue(2).ue(1).bits("0").ue(3).ue(2).bits("1 1 1").ue(16).ue(16).ue(0).ue(0).bits("0 1");
        assertThatThrownBy(() -> AvcSps.parse(all.toByteBuffer())).isInstanceOf(MalformedException.class)
                .hasMessageContaining("frame_crop_right");
    }

    @Test
    void rejectsExpGolombBeyond32Bits() {
        var sps = mainSps().bits("0".repeat(32)).bits("1".repeat(64));
        assertThatThrownBy(() -> AvcSps.parse(sps.toByteBuffer())).isInstanceOf(MalformedException.class)
                .hasMessageContaining("log2_max_frame_num");
    }

    @Test
    void truncatedVuiAffectsFrameRateOnly() throws IOException {
        byte[] avcc = x264().getFirst().avcc;
        for (int size = 12; size < 25; size++) {
            ByteBuffer sps = AvcConfig.parse(ByteBuffer.wrap(avcc)).sps().getFirst();
            assertThat(AvcSps.parse(sps.limit(size))).isIn(new PictureFormat(640, 360, new FrameRate(0, 1)),
                    new PictureFormat(640, 360, new FrameRate(30, 1)));
        }
    }

    @Test
    void invalidFrameRateIsUnknown() {
        for (long[] timing : new long[][]{{0, 60}, {1, 0}, {0xFFFF_FFFFL, 1}, {1, 0xFFFF_FFFFL}}) {
            var sps = size(mainSps().ue(0).ue(2), "1 0 0 0 0 1").bits(32, timing[0]).bits(32, timing[1]).bits("1");
            assertThat(AvcSps.parse(sps.toByteBuffer())).isEqualTo(new PictureFormat(64, 48, new FrameRate(0, 1)));
        }
    }

    @Test
    void acceptsMaximumOfParameterSets() {
        var config = AvcConfig.parse(record(31, 255, mainNal()));
        assertThat(config.sps()).hasSize(31);
        assertThat(config.pps()).hasSize(255);
        assertThat(AvcConfig.parse(record(1, 0, mainNal())).pps()).isEmpty();
    }

    @Test
    void rejectsRecordWithoutSps() {
        assertThatThrownBy(() -> AvcConfig.parse(record(0, 1, mainNal()))).isInstanceOf(MalformedException.class);
    }

    @Test
    void rejectsEmptyAndWrongParameterSets() {
        assertThatThrownBy(() -> AvcConfig.parse(record(31, 1, new byte[0]))).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> AvcConfig.parse(record(1, 1, new byte[]{0x68, 1, 2, 3})))
                .isInstanceOf(MalformedException.class).hasMessageContaining("type 8");
    }

    @Test
    void limitsParameterSetAndRecord() {
        byte[] largest = Arrays.copyOf(mainNal(), AvcConfig.MAX_PARAMETER_SET_BYTES);
        assertThat(AvcConfig.parse(record(1, 1, largest)).width()).isEqualTo(64);
        byte[] larger = Arrays.copyOf(mainNal(), AvcConfig.MAX_PARAMETER_SET_BYTES + 1);
        assertThatThrownBy(() -> AvcConfig.parse(record(1, 1, larger))).isInstanceOf(OverLimitException.class);

        byte[] record = record(1, 1, mainNal()).array();
        var padded = ByteBuffer.wrap(Arrays.copyOf(record, CodecConfig.MAX_RECORD_BYTES));
        assertThat(AvcConfig.parse(padded).width()).isEqualTo(64);
        var tooLong = ByteBuffer.wrap(Arrays.copyOf(record, CodecConfig.MAX_RECORD_BYTES + 1));
        assertThatThrownBy(() -> AvcConfig.parse(tooLong)).isInstanceOf(OverLimitException.class);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "3, 4"})
    void readsSizeOfNalLengths(int field, int bytes) {
        ByteBuffer record = record(1, 1, mainNal());
        record.put(4, (byte) (0xFC | field));
        assertThat(AvcConfig.parse(record).nalLengthSize()).isEqualTo(bytes);
    }

    @Test
    void rejectsThreeByteNalLengthsAndOtherVersions() {
        ByteBuffer three = record(1, 1, mainNal()).put(4, (byte) 0xFE);
        assertThatThrownBy(() -> AvcConfig.parse(three)).isInstanceOf(MalformedException.class);
        ByteBuffer annexB = ByteBuffer.wrap(new byte[]{0, 0, 0, 1, 0x67, 0x42});
        assertThatThrownBy(() -> AvcConfig.parse(annexB)).isInstanceOf(UnsupportedException.class);
    }

    @Property(tries = 2000)
    void randomBytesAreValueOrTypedError(@ForAll @Size(max = 80) byte[] bytes) {
        parseOrTypedError(bytes);
    }

    @Property(tries = 5000)
    void damagedRecordsAreValueOrTypedError(@ForAll int which, @ForAll @Size(min = 1, max = 4) List<Integer> flips)
            throws IOException {
        var all = x264();
        byte[] bytes = all.get(Math.floorMod(which, all.size())).avcc.clone();
        flips.forEach(flip -> bytes[Math.floorMod(flip, bytes.length)] ^= (byte) (flip >>> 24 | 1));
        parseOrTypedError(bytes);
    }

    private static void parseOrTypedError(byte[] bytes) {
        try {
            var config = AvcConfig.parse(ByteBuffer.wrap(bytes));
            assertThat(config.width()).isBetween(1, 16 * AvcSps.MAX_MACROBLOCKS_A_SIDE);
            assertThat(config.height()).isBetween(1, 16 * AvcSps.MAX_MACROBLOCKS_A_SIDE);
        } catch (MediaException e) {
            assertThat(e.structure()).isNotEmpty();
        }
    }

    private static ByteBuffer record(int spsCount, int ppsCount, byte[] sps) {
        var out = new ByteWriter().uint32(0x014D0020).uint8(0xFF).uint8(0xE0 | spsCount);
        Collections.nCopies(spsCount, sps).forEach(nal -> out.uint16(nal.length).bytes(nal));
        out.uint8(ppsCount);
        Stream.generate(() -> 0x6801).limit(ppsCount).forEach(nal -> out.uint16(2).uint16(nal));
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static byte[] mainNal() {
        return size(mainSps().ue(0).ue(2)).toByteArray();
    }

    private static BitWriter mainSps() {
        return new BitWriter().bits(32, 0x674D0020).ue(0);
    }

    private static BitWriter highSps() {
        return new BitWriter().bits(32, 0x67640020).ue(0);
    }

    /** The fields from max_num_ref_frames on: 64x48, no cropping. */
    private static BitWriter size(BitWriter sps) {
        return size(sps, "0 1");
    }

    private static BitWriter size(BitWriter sps, String vui) {
        return sps.ue(1).bits("0").ue(3).ue(2).bits("1 1 0").bits(vui);
    }

    private static ByteBuffer ofMacroblocks(long columns, long mapUnits, int framesOnly) {
        return mainSps().ue(0).ue(2).ue(1).bits("0").ue(columns - 1).ue(mapUnits - 1)
                .bits(framesOnly == 1 ? "1 1 0 0 1" : "0 0 1 0 0 1").toByteBuffer();
    }
}
