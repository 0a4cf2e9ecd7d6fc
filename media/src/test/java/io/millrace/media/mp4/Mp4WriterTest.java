package io.millrace.media.mp4;

import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.BoxDump;
import io.millrace.media.isobmff.BoxHeader;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.isobmff.SampleEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

/** Written files are verified with our reader, with FFmpeg, and by a readable golden dump. */
class Mp4WriterTest {
    private static final Instant CREATED = Instant.parse("2026-11-26T02:00:00Z");
    private static final int PER_CHUNK = 3;
    private static final String DUMP = "io/millrace/media/mp4/written.dump";

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Mp4WriterTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static ByteBuffer moov(ByteBuffer file) {
        return Boxes.need(file, "file", "moov");
    }

    /** Muxes the samples of {@code name} again. */
    private static ByteBuffer rewritten(String name) throws IOException {
        byte[] file = resource(name);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        List<Mp4TrackWriter> writers = new ArrayList<>();
        for (Mp4Track track : Mp4Reader.read(moov(ByteBuffer.wrap(file)))) {
            var writer = new Mp4TrackWriter((int) track.timescale(), entry(track.config()));
            SampleTable samples = track.samples();
            for (int first = 0; first < samples.count(); first += PER_CHUNK) {
                long offset = data.size();
                List<Mp4Sample> chunk = new ArrayList<>();
                for (int n = first; n < Math.min(first + PER_CHUNK, samples.count()); n++) {
                    data.write(file, (int) samples.offset(n), samples.sizeBytes(n));
                    long next = n + 1 < samples.count() ? samples.decodingTicks(n + 1) : samples.endTicks();
                    chunk.add(new Mp4Sample(samples.decodingTicks(n) + track.startTicks(),
                            samples.compositionOffsetTicks(n), (int) (next - samples.decodingTicks(n)),
                            samples.sizeBytes(n), samples.isSync(n)));
                }
                writer.chunk(offset, entry(track.config()), chunk);
            }
            writers.add(writer);
        }
        return file(writers, data.toByteArray());
    }

    private static ByteBuffer file(List<Mp4TrackWriter> writers, byte[] data) {
        ByteBuffer head = Mp4Head.write(writers, data.length, CREATED);
        return ByteBuffer.allocate(head.remaining() + data.length).put(head).put(data).flip();
    }

    /** Every sample: its configuration, whether it is a keyframe, its bytes. */
    private static List<String> samples(ByteBuffer file) {
        List<String> seen = new ArrayList<>();
        for (Mp4Track track : Mp4Reader.read(moov(file))) {
            SampleTable samples = track.samples();
            for (int n = 0; n < samples.count(); n++) {
                byte[] data = bytes(file.slice((int) samples.offset(n), samples.sizeBytes(n)));
                seen.add("%s sync=%s %s".formatted(track.configs().get(samples.description(n)).rfc6381(),
                        samples.isSync(n), HexFormat.of().formatHex(data)));
            }
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "late-audio.mp4", "negative-offsets.mp4"})
    void roundTripsSamples(String name) throws IOException {
        ByteBuffer file = rewritten(name);
        assertThat(samples(file)).isEqualTo(samples(ByteBuffer.wrap(resource(name)))).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "late-audio.mp4", "negative-offsets.mp4"})
    void roundTripsTimesFromFirstShownFrame(String name) throws IOException {
        List<Mp4Track> read = Mp4Reader.read(moov(ByteBuffer.wrap(resource(name))));
        List<Mp4Track> written = Mp4Reader.read(moov(rewritten(name)));
        double movedS = seconds(written.getFirst(), 0) - seconds(read.getFirst(), 0);
        for (int t = 0; t < read.size(); t++) {
            SampleTable samples = read.get(t).samples();
            assertThat(written.get(t).samples().endTicks()).isEqualTo(samples.endTicks());
            for (int n = 0; n < samples.count(); n++) {
                // Times in the edit list are in ms.
                assertThat(seconds(written.get(t), n) - movedS).isCloseTo(seconds(read.get(t), n),
                        Offset.offset(0.0011));
                assertThat(written.get(t).samples().decodingTicks(n)).isEqualTo(samples.decodingTicks(n));
            }
        }
        assertThat(written.stream().mapToDouble(track -> IntStream.range(0, track.samples().count())
                .mapToDouble(n -> seconds(track, n)).min().orElseThrow()).min()).hasValue(0);
    }

    private static double seconds(Mp4Track track, int sample) {
        SampleTable samples = track.samples();
        return (double) (samples.decodingTicks(sample) + samples.compositionOffsetTicks(sample) + track.startTicks())
                / track.timescale();
    }

    @Test
    void boxesMatchGolden() throws IOException {
        String dump = BoxDump.of(rewritten("late-audio.mp4")) + BoxDump.of(rewritten("negative-offsets.mp4"));
        if ("write".equals(System.getProperty("millrace.goldens"))) {
            Files.writeString(Path.of("src/test/resources", DUMP), dump);
        }
        assertThat(dump).isEqualTo(new String(resource("/" + DUMP), StandardCharsets.UTF_8));
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"moov-first.mp4", "late-audio.mp4", "negative-offsets.mp4"})
    void ffmpegDecodesSameFrames(String name, @TempDir Path dir) throws Exception {
        Path written = dir.resolve("written.mp4");
        Files.write(written, bytes(rewritten(name)));
        Path read = dir.resolve("read.mp4");
        Files.write(read, resource(name));
        assertThat(ffmpeg("-v", "error", "-xerror", "-err_detect", "explode", "-i", written.toString(), "-f", "null",
                "-")).isEmpty();
        String[] hashes = {"-map", "0", "-c", "copy", "-f", "streamhash", "-"};
        assertThat(ffmpeg(with(written, hashes))).isEqualTo(ffmpeg(with(read, hashes))).contains("SHA256=");
        assertThat(ffmpeg("-i", written.toString(), "-map", "0:v", "-f", "md5", "-v", "error", "-"))
                .isEqualTo(ffmpeg("-i", read.toString(), "-map", "0:v", "-f", "md5", "-v", "error", "-"));
    }

    private static String[] with(Path input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-v", "error", "-i", input.toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    private static String ffmpeg(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-hide_banner"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
            return said;
        } catch (IOException e) {
            System.err.println("SKIPPED Mp4WriterTest: install ffmpeg (apt-get install ffmpeg)");
            return abort("needs ffmpeg: " + e.getMessage());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** The records of these files contain the picture size. */
    private static SampleEntry entry(CodecConfig config) {
        return switch (config) {
            case VideoConfig video -> SampleEntry.of(video, ByteBuffer.allocate(0));
            case AudioConfig audio -> SampleEntry.of(audio);
        };
    }

    private static List<CodecConfig> configs() throws IOException {
        return Mp4Reader.read(moov(ByteBuffer.wrap(resource("moov-first.mp4")))).stream().map(Mp4Track::config)
                .toList();
    }

    /** The same configuration with another level. */
    private static AvcConfig changed(AvcConfig config) {
        ByteBuffer record = ByteBuffer.allocate(config.record().remaining()).put(config.record()).flip();
        return AvcConfig.parse(record.put(3, (byte) (config.level() + 1)));
    }

    @Property(tries = 300)
    void roundTripsAnySamples(@ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 5000) Integer> steps,
            @ForAll @Size(min = 60, max = 60) List<@IntRange(min = -9000, max = 9000) Integer> compositions,
            @ForAll @IntRange(max = 100_000) int startMs, @ForAll @IntRange(min = 1, max = 7) int perChunk)
            throws IOException {
        AvcConfig config = (AvcConfig) configs().getFirst();
        var writer = new Mp4TrackWriter(90_000, entry(config));
        List<Mp4Sample> all = new ArrayList<>();
        long dts = startMs * 90L;
        for (int i = 0; i < steps.size(); i++) {
            all.add(new Mp4Sample(dts, compositions.get(i), steps.get(i), i + 1, i % 5 == 0));
            dts += steps.get(i);
        }
        long offset = 0;
        for (int first = 0; first < all.size(); first += perChunk) {
            List<Mp4Sample> chunk = all.subList(first, Math.min(first + perChunk, all.size()));
            writer.chunk(offset, entry(first % 2 == 0 ? config : changed(config)), chunk);
            offset += chunk.stream().mapToLong(Mp4Sample::sizeBytes).sum();
        }
        ByteBuffer file = file(List.of(writer), new byte[(int) offset]);
        BoxDump.of(file);
        Mp4Track track = Mp4Reader.read(moov(file)).getFirst();
        SampleTable samples = track.samples();
        long firstShown = all.stream().mapToLong(Mp4Sample::presentationTicks).min().orElseThrow();
        assertThat(samples.count()).isEqualTo(all.size());
        int expectedOffset = file.limit() - (int) offset;
        for (int n = 0; n < all.size(); n++) {
            Mp4Sample sample = all.get(n);
            assertThat(samples.decodingTicks(n)).isEqualTo(sample.decodingTicks() - startMs * 90L);
            assertThat(samples.decodingTicks(n) + samples.compositionOffsetTicks(n) + track.startTicks())
                    .isEqualTo(sample.presentationTicks() - firstShown);
            assertThat(samples.sizeBytes(n)).isEqualTo(sample.sizeBytes());
            assertThat(samples.isSync(n)).isEqualTo(sample.sync());
            assertThat(samples.offset(n)).isEqualTo(expectedOffset);
            assertThat(track.configs().get(samples.description(n)))
                    .isEqualTo(n / perChunk * perChunk % 2 == 0 ? config : changed(config));
            expectedOffset += sample.sizeBytes();
        }
    }

    @Test
    void positionsBeyond4GigabytesGet64Bits() throws IOException {
        for (long lastOffset : new long[]{0xFFFF_FFFFL - 10_000, 0xFFFF_FFFFL}) {
            var writer = new Mp4TrackWriter(90_000, entry(configs().getFirst()));
            writer.chunk(0, entry(configs().getFirst()), List.of(new Mp4Sample(0, 0, 3000, 100, true)));
            writer.chunk(lastOffset, entry(configs().getFirst()), List.of(new Mp4Sample(3000, 0, 3000, 100, false)));
            ByteBuffer head = Mp4Head.write(List.of(writer), lastOffset + 100, CREATED);
            SampleTable samples = Mp4Reader.read(moov(headWithEmptyData(head))).getFirst().samples();
            assertThat(samples.offset(0)).isEqualTo(head.remaining());
            assertThat(samples.offset(1)).isEqualTo(head.remaining() + lastOffset);
            boolean large = lastOffset + head.remaining() > 0xFFFF_FFFFL;
            assertThat(new String(bytes(head), StandardCharsets.ISO_8859_1).contains("co64")).isEqualTo(large);
            int mdat = head.limit() - (lastOffset + 108 > 0xFFFF_FFFFL ? 16 : 8);
            assertThat(BoxHeader.parse(head.duplicate().position(mdat), Long.MAX_VALUE).sizeBytes())
                    .isEqualTo(lastOffset + 100 + head.limit() - mdat);
        }
    }

    /** The reader needs complete boxes: everything except the header of mdat. */
    private static ByteBuffer headWithEmptyData(ByteBuffer head) {
        ByteBuffer moovAndBefore = head.duplicate();
        int end = new String(bytes(head), StandardCharsets.ISO_8859_1).lastIndexOf("mdat") - 4;
        return moovAndBefore.limit(end);
    }

    @Test
    void durationsBeyond32BitsGet64Bits() throws IOException {
        var writer = new Mp4TrackWriter(90_000, entry(configs().getFirst()));
        List<Mp4Sample> hours = IntStream.range(0, 80)
                .mapToObj(n -> new Mp4Sample(n * 3600L * 90_000, 0, 3600 * 90_000, 1, true)).toList();
        writer.chunk(0, entry(configs().getFirst()), hours);
        Mp4Track track = Mp4Reader.read(moov(file(List.of(writer), new byte[80]))).getFirst();
        assertThat(track.samples().endTicks()).isEqualTo(80L * 3600 * 90_000);
        assertThat(track.timescale()).isEqualTo(90_000);
    }

    @Test
    void omitsTrackWithoutSamples() throws IOException {
        var video = new Mp4TrackWriter(90_000, entry(configs().getFirst()));
        var audio = new Mp4TrackWriter(44_100, entry(configs().getLast()));
        audio.chunk(0, entry(configs().getLast()), List.of(new Mp4Sample(0, 0, 1024, 4, true)));
        assertThat(Mp4Reader.read(moov(file(List.of(video, audio), new byte[4])))).singleElement()
                .satisfies(track -> assertThat(track.config()).isInstanceOf(AacConfig.class));
    }

    @Test
    void rejectsDecreasingTimes() throws IOException {
        var writer = new Mp4TrackWriter(90_000, entry(configs().getFirst()));
        writer.chunk(0, entry(configs().getFirst()), List.of(new Mp4Sample(3000, 0, 3000, 1, true)));
        assertThatThrownBy(
                () -> writer.chunk(1, entry(configs().getFirst()), List.of(new Mp4Sample(2999, 0, 1, 1, true))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
