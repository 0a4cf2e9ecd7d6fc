package io.millrace.media.mp4;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.isobmff.BoxHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

class Mp4ReaderTest {
    private static byte[] file(String name) throws IOException {
        try (InputStream in = Mp4ReaderTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static ByteBuffer moov(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file);
        while (true) {
            int position = in.position();
            var box = BoxHeader.parse(in, in.limit() - position);
            if (box.type().equals("moov")) {
                return in.slice(in.position(), (int) box.sizeBytes() - box.headerBytes());
            }
            in.position(position + (int) box.sizeBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "moov-last.mp4", "quicktime.mov", "late-audio.mp4",
        "negative-offsets.mp4", "fragmented.mp4", "fragmented-base-moof.mp4", "hevc.mp4", "mp3.mp4", "av1-opus.mp4",
        "vp9-flac.mp4", "avc-ac3.mp4", "avc-eac3.mp4"})
    void listsSamplesLikeFfprobe(String name) throws IOException {
        List<Mp4Track> tracks = tracks(file(name));
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < tracks.size(); i++) {
            var track = tracks.get(i);
            var samples = track.samples();
            for (int n = 0; n < samples.count(); n++) {
                long dts = samples.decodingTicks(n) + track.startTicks();
                seen.add(i + "," + (dts + samples.compositionOffsetTicks(n)) + "," + dts + "," + samples.sizeBytes(n)
                        + "," + samples.offset(n) + "," + (samples.isSync(n) ? "K" : "_"));
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(ffprobe(name));
    }

    /** Columns: stream, pts, dts, duration, size, position, flags. */
    private static List<String> ffprobe(String name) throws IOException {
        return new String(file(name + ".packets.csv"), StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank())
                .map(line -> line.split(","))
                .map(c -> String.join(",", c[0], c[1], c[2], c[4], c[5], c[6].substring(0, 1))).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "moov-last.mp4", "quicktime.mov"})
    void readsConfigurations(String name) throws IOException {
        List<Mp4Track> tracks = Mp4Reader.read(moov(file(name)));
        assertThat(tracks).extracting(track -> track.config().rfc6381()).containsExactly("avc1.64000a", "mp4a.40.2");
        assertThat(((AvcConfig) tracks.getFirst().config()).width()).isEqualTo(64);
        assertThat(((AacConfig) tracks.getLast().config()).sampleRate()).isEqualTo(44_100);
        assertThat(tracks).extracting(Mp4Track::timescale).containsExactly(12_800L, 44_100L);
    }

    @Test
    void findsSampleData() throws IOException {
        byte[] file = file("moov-last.mp4");
        var samples = Mp4Reader.read(moov(file)).getFirst().samples();
        for (int n = 0; n < samples.count(); n++) {
            ByteBuffer data = ByteBuffer.wrap(file, (int) samples.offset(n), samples.sizeBytes(n));
            assertThat(NalUnits.containsIdr(data, 4)).isEqualTo(samples.isSync(n));
        }
        assertThat(samples.endTicks()).isEqualTo(samples.decodingTicks(4) + 512);
    }

    /** The same for fragmented files. */
    private static List<Mp4Track> tracks(byte[] file) {
        ByteBuffer moov = moov(file);
        if (!FragmentReader.isFragmented(moov)) {
            return Mp4Reader.read(moov);
        }
        FragmentReader fragments = new FragmentReader(moov);
        ByteBuffer in = ByteBuffer.wrap(file);
        while (in.hasRemaining()) {
            int position = in.position();
            var box = BoxHeader.parse(in, in.remaining());
            if (box.type().equals("moof")) {
                fragments.add(in.slice(in.position(), (int) box.sizeBytes() - box.headerBytes()), position);
            }
            in.position(position + (int) box.sizeBytes());
        }
        return fragments.tracks();
    }

    @ParameterizedTest
    @CsvSource({"hevc.mp4, hvc1.1.6.L30.90, mp4a.40.2", "mp3.mp4, avc1.64000a, mp4a.40.34",
        "av1-opus.mp4, av01.0.00M.08, Opus",
        "vp9-flac.mp4, vp09.00.10.08, fLaC", "avc-ac3.mp4, avc1.64000a, ac-3", "avc-eac3.mp4, avc1.64000a, ec-3"})
    void readsConfigurationOfEveryCodec(String name, String video, String audio) throws IOException {
        assertThat(Mp4Reader.read(moov(file(name)))).extracting(track -> track.config().rfc6381())
                .containsExactly(video, audio);
        // The sample entry of MP3 always says stereo.
        assertThat(((AudioConfig) Mp4Reader.read(moov(file(name))).getLast().config()).channels())
                .isEqualTo(name.equals("mp3.mp4") ? 2 : 1);
    }

    @Test
    void namesUnsupportedCodec() throws IOException {
        byte[] file = file("hevc.mp4");
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("hev1");
        System.arraycopy("vvc1".getBytes(StandardCharsets.ISO_8859_1), 0, file, at, 4);
        ByteBuffer moov = moov(file);
        assertThatThrownBy(() -> Mp4Reader.read(moov)).isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("'vvc1'").hasMessageContaining("hvc1 (HEVC)");
    }

    @Test
    void countsOmittedTracks() throws IOException {
        assertThat(Mp4Reader.tracksLeftOut(moov(file("two-sounds.mp4")))).isEqualTo(1);
        assertThat(Mp4Reader.tracksLeftOut(moov(file("moov-last.mp4")))).isZero();
    }

    @Test
    void damagedFragmentIsValueOrTypedError() throws IOException {
        byte[] whole = file("fragmented-base-moof.mp4");
        int moof = new String(whole, StandardCharsets.ISO_8859_1).indexOf("moof");
        int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("mdat");
        int faults = 0;
        for (int at = moof + 4; at < end - 4; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) 0xFF;
            try {
                tracks(damaged);
            } catch (MediaException e) {
                faults++;
            }
        }
        assertThat(faults).isGreaterThan(20);
    }

    @Test
    void truncatedMoovIsValueOrTypedError() throws IOException {
        ByteBuffer moov = moov(file("moov-last.mp4"));
        for (int size = 0; size < moov.limit(); size++) {
            readOrTypedError(moov.slice(0, size));
        }
        assertThatThrownBy(() -> Mp4Reader.read(moov.slice(0, 200))).isInstanceOf(MediaException.class);
    }

    @Property(tries = 5000)
    void damagedMoovIsValueOrTypedError(@ForAll @Size(min = 1, max = 3) List<Integer> flips) throws IOException {
        ByteBuffer moov = moov(file("moov-last.mp4"));
        byte[] bytes = new byte[moov.remaining()];
        moov.get(bytes);
        flips.forEach(flip -> bytes[Math.floorMod(flip, bytes.length)] ^= (byte) (flip >>> 24 | 1));
        readOrTypedError(ByteBuffer.wrap(bytes));
    }

    private static void readOrTypedError(ByteBuffer moov) {
        try {
            for (Mp4Track track : Mp4Reader.read(moov)) {
                assertThat(track.samples().count()).isLessThanOrEqualTo(Mp4Reader.MAX_SAMPLES);
                assertThat(track.timescale()).isPositive();
            }
        } catch (MediaException e) {
            assertThat(e.structure()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"5b8d80, MalformedException", "5b8d81, OverLimitException", "ffffffff, OverLimitException"})
    void limitsSamplesBeforeAllocation(String count, String error) throws IOException {
        // All samples have the same size, so that stsz stays small; the other tables then cover fewer samples.
        ByteBuffer moov = patched("stsz", 4,
                HexFormat.of().parseHex("00000010" + "0".repeat(8 - count.length()) + count));
        assertThatThrownBy(() -> Mp4Reader.read(moov)).isInstanceOf(MediaException.class)
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(error));
    }

    @Test
    void limitsSampleSize() throws IOException {
        ByteBuffer atLimit = patched("stsz", 12, HexFormat.of().parseHex("00800000"));
        assertThat(Mp4Reader.read(atLimit).getFirst().samples().sizeBytes(0)).isEqualTo(Mp4Reader.MAX_SAMPLE_BYTES);
        ByteBuffer over = patched("stsz", 12, HexFormat.of().parseHex("00800001"));
        assertThatThrownBy(() -> Mp4Reader.read(over)).isInstanceOf(OverLimitException.class);
    }

    @ParameterizedTest
    @CsvSource({"stsz, 8, 7fffffff", "stts, 8, 00000001", "stco, 4, 00000000", "stco, 4, 3fffffff",
        "stsc, 8, 00000000", "stss, 8, 00000000", "stss, 8, 00000006", "mdhd, 12, 00000000", "mvhd, 12, 00000000",
        "mvhd, 12, 80000000"})
    void rejectsContradictoryTables(String box, int offset, String bytes) throws IOException {
        ByteBuffer moov = patched(box, offset, HexFormat.of().parseHex(bytes));
        assertThatThrownBy(() -> Mp4Reader.read(moov)).isInstanceOf(MediaException.class);
    }

    /**
     * Returns the moov with bytes overwritten in the first box of a type (in the video track), at an offset from its
     * version.
     */
    private static ByteBuffer patched(String box, int offset, byte[] bytes) throws IOException {
        ByteBuffer moov = moov(file("moov-last.mp4"));
        byte[] copy = new byte[moov.remaining()];
        moov.get(copy);
        int at = new String(copy, StandardCharsets.ISO_8859_1).indexOf(box);
        assertThat(at).isPositive();
        System.arraycopy(bytes, 0, copy, at + 4 + offset, bytes.length);
        return ByteBuffer.wrap(copy);
    }

    @Test
    void readsLargeAndOpenEndedBoxHeaders() {
        assertThat(BoxHeader.parse(hex("00000010 6d6f6f76"), 16)).isEqualTo(new BoxHeader("moov", 8, 16));
        assertThat(BoxHeader.parse(hex("00000000 6d646174"), 1L << 40)).isEqualTo(new BoxHeader("mdat", 8, 1L << 40));
        assertThat(BoxHeader.parse(hex("00000001 6d646174 0000000200000000"), 1L << 40))
                .isEqualTo(new BoxHeader("mdat", 16, 1L << 33));
        assertThat(BoxHeader.parse(hex("00000008 00ff6174"), 8).type()).isEqualTo("??at");
    }

    @ParameterizedTest
    @CsvSource({"000000076d646174, 100", "000000116d646174, 16", "000000016d646174000000000000000f, 100",
        "000000016d646174ffffffffffffffff, 100", "000000016d646174, 100", "00000008, 100"})
    void rejectsInvalidBoxSizes(String bytes, long available) {
        assertThatThrownBy(() -> BoxHeader.parse(hex(bytes), available)).isInstanceOf(MalformedException.class);
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
