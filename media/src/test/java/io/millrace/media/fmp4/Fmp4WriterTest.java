package io.millrace.media.fmp4;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.BoxDump;
import io.millrace.media.isobmff.BoxHeader;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.isobmff.SampleEntry;
import io.millrace.media.mp4.FragmentReader;
import io.millrace.media.mp4.Mp4Reader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.mp4.SampleTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Tracks of files that FFmpeg made, written as CMAF. Written bytes are verified with our reader, with FFmpeg, and by a
 * readable golden dump.
 */
class Fmp4WriterTest {
    static final List<String> FILES = List.of("moov-first.mp4", "negative-offsets.mp4", "hevc.mp4", "av1-opus.mp4",
            "vp9-flac.mp4", "mp3.mp4", "avc-ac3.mp4", "avc-eac3.mp4");
    private static final int PER_CHUNK = 3;
    private static final String DUMP = "io/millrace/media/fmp4/written.dump";
    private static final Instant RECEIVED = Instant.parse("2026-11-26T02:00:00.250Z");
    /** Far beyond 32 bits: 3 years in ticks of 90 kHz. */
    private static final long START_TICKS = 1L << 43;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Fmp4WriterTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static ByteBuffer source(String name) throws IOException {
        return ByteBuffer.wrap(resource("/io/millrace/media/mp4/" + name));
    }

    private static List<Mp4Track> tracks(ByteBuffer file) {
        return Mp4Reader.read(Boxes.need(file, "file", "moov"));
    }

    private static ByteBuffer sample(Mp4Track track, int number, ByteBuffer file) {
        SampleTable samples = track.samples();
        return file.slice((int) samples.offset(number), samples.sizeBytes(number));
    }

    private static SampleEntry entry(CodecConfig config, ByteBuffer firstFrame) {
        return switch (config) {
            case VideoConfig video -> SampleEntry.of(video, firstFrame);
            case AudioConfig audio -> SampleEntry.of(audio);
        };
    }

    /** One track as a segment of several chunks, with the composition offset of its first sample as its delay. */
    private static ByteBuffer written(Mp4Track track, ByteBuffer file, long startTicks) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(bytes(InitSection.cmaf(
                new Fmp4Track(1, (int) track.timescale(), entry(track.config(), sample(track, 0, file))))));
        SampleTable samples = track.samples();
        var chunk = new ChunkWriter(1);
        int delay = samples.compositionOffsetTicks(0);
        for (int n = 0; n < samples.count(); n++) {
            long end = n + 1 < samples.count() ? samples.decodingTicks(n + 1) : samples.endTicks();
            chunk.add(end - samples.decodingTicks(n), samples.compositionOffsetTicks(n) - delay, samples.isSync(n),
                    sample(track, n, file));
            if (n % PER_CHUNK == PER_CHUNK - 1 || n == samples.count() - 1) {
                int first = n / PER_CHUNK * PER_CHUNK;
                long ticks = samples.decodingTicks(first) + delay + startTicks;
                out.writeBytes(bytes(chunk.write(new ChunkHead(n / PER_CHUNK + 1, ticks, first == 0,
                        first == 0 ? new ProducerTime(RECEIVED.toEpochMilli() * 1_000, ticks) : null))));
            }
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static Mp4Track read(ByteBuffer fragmented) {
        ByteBuffer in = fragmented.duplicate();
        FragmentReader reader = null;
        while (in.hasRemaining()) {
            int position = in.position();
            BoxHeader box = BoxHeader.parse(in, in.remaining());
            int size = Math.toIntExact(box.sizeBytes()) - box.headerBytes();
            ByteBuffer payload = in.slice(in.position(), size);
            if (box.type().equals("moov")) {
                reader = new FragmentReader(payload);
            } else if (box.type().equals("moof")) {
                reader.add(payload, position);
            }
            in.position(in.position() + size);
        }
        return reader.tracks().getFirst();
    }

    @ParameterizedTest
    @FieldSource("FILES")
    void roundTripsEveryCodec(String name) throws IOException {
        ByteBuffer file = source(name);
        for (Mp4Track track : tracks(file)) {
            ByteBuffer fragmented = written(track, file, START_TICKS);
            Mp4Track read = read(fragmented);
            assertThat(read.config().rfc6381()).isEqualTo(track.config().rfc6381());
            assertThat(read.timescale()).isEqualTo(track.timescale());
            assertThat(read.startTicks()).as("there is no edit list").isZero();
            SampleTable samples = track.samples();
            assertThat(read.samples().count()).isEqualTo(samples.count());
            int delay = samples.compositionOffsetTicks(0);
            for (int n = 0; n < samples.count(); n++) {
                assertThat(read.samples().decodingTicks(n))
                        .isEqualTo(samples.decodingTicks(n) + delay + START_TICKS);
                assertThat(read.samples().compositionOffsetTicks(n))
                        .isEqualTo(samples.compositionOffsetTicks(n) - delay);
                assertThat(read.samples().isSync(n)).isEqualTo(samples.isSync(n));
                assertThat(sample(read, n, fragmented)).isEqualTo(sample(track, n, file));
            }
        }
    }

    @Test
    void boxesMatchGolden() throws IOException {
        var dump = new StringBuilder();
        for (String name : FILES) {
            ByteBuffer file = source(name);
            for (Mp4Track track : tracks(file)) {
                dump.append(name).append(' ').append(track.config().codec()).append('\n')
                        .append(BoxDump.of(written(track, file, 0)));
            }
        }
        if ("write".equals(System.getProperty("millrace.goldens"))) {
            Path golden = Path.of("src/test/resources", DUMP);
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, dump);
        }
        assertThat(dump.toString()).isEqualTo(new String(resource("/" + DUMP), StandardCharsets.UTF_8));
    }

    @Tag("slow")
    @ParameterizedTest
    @FieldSource("FILES")
    void ffmpegDecodesSameFrames(String name, @TempDir Path dir) throws Exception {
        ByteBuffer file = source(name);
        Path source = dir.resolve(name);
        Files.write(source, bytes(file));
        for (Mp4Track track : tracks(file)) {
            Path written = dir.resolve("written.mp4");
            Files.write(written, bytes(written(track, file, 0)));
            assertThat(ffmpeg("-v", "error", "-xerror", "-err_detect", "explode", "-i", written.toString(), "-f",
                    "null", "-")).isEmpty();
            String kind = track.config().codec().isVideo() ? "v" : "a";
            assertThat(coded(written, kind)).isEqualTo(coded(source, kind)).contains("SHA256=");
            // The edit list of the source cuts off the encoder's delay.
            assertThat(decoded(written, kind)).isEqualTo(decoded(source, kind)).contains("MD5=");
        }
    }

    private static String coded(Path file, String kind) throws IOException, InterruptedException {
        return ffmpeg("-v", "error", "-ignore_editlist", "1", "-i", file.toString(), "-map", "0:" + kind, "-c", "copy",
                "-f", "streamhash", "-");
    }

    private static String decoded(Path file, String kind) throws IOException, InterruptedException {
        return ffmpeg("-v", "error", "-ignore_editlist", "1", "-i", file.toString(), "-map", "0:" + kind, "-f", "md5",
                "-");
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
            System.err.println("SKIPPED Fmp4WriterTest: install ffmpeg (apt-get install ffmpeg)");
            return abort("needs ffmpeg: " + e.getMessage());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** One sample of a chunk. */
    private record Sample(long duration, int composition, boolean sync, int sizeBytes) {}

    /** The chunk after an init section of H.264, read. */
    private static Mp4Track read(ByteBuffer init, List<ByteBuffer> chunks) {
        ByteBuffer all = ByteBuffer.allocate(init.remaining() + chunks.stream().mapToInt(ByteBuffer::remaining).sum());
        all.put(init.duplicate());
        chunks.forEach(chunk -> all.put(chunk.duplicate()));
        BoxDump.of(all.flip());
        return read(all);
    }

    private static ByteBuffer init() throws IOException {
        ByteBuffer file = source("moov-first.mp4");
        Mp4Track track = tracks(file).getFirst();
        return InitSection.cmaf(new Fmp4Track(1, 90_000, entry(track.config(), sample(track, 0, file))));
    }

    @Property(tries = 300)
    void roundTripsAnySamples(@ForAll @Size(min = 1, max = 40) List<@LongRange(max = 0xFFFF_FFFFL) Long> durations,
            @ForAll @Size(min = 40, max = 40) List<Integer> compositions,
            @ForAll @Size(min = 40, max = 40) List<Boolean> syncs,
            @ForAll @Size(min = 40, max = 40) List<@IntRange(max = 900) Integer> sizes,
            @ForAll @LongRange(max = Mp4Reader.MAX_TICKS / 2) long startTicks) throws IOException {
        var writer = new ChunkWriter(1);
        List<Sample> expected = new ArrayList<>();
        List<ByteBuffer> chunks = new ArrayList<>();
        long ticks = startTicks;
        for (int i = 0; i < durations.size(); i++) {
            Sample sample = new Sample(durations.get(i), compositions.get(i), syncs.get(i), sizes.get(i));
            expected.add(sample);
            writer.add(sample.duration, sample.composition, sample.sync, ByteBuffer.allocate(sample.sizeBytes));
            if (i % 7 == 6 || i == durations.size() - 1) {
                long length = writer.durationTicks();
                chunks.add(writer.write(new ChunkHead(i, ticks, i < 7, null)));
                ticks += length;
            }
        }
        SampleTable samples = read(init(), chunks).samples();
        assertThat(samples.count()).isEqualTo(expected.size());
        long due = startTicks;
        for (int i = 0; i < expected.size(); i++) {
            assertThat(samples.decodingTicks(i)).isEqualTo(due);
            assertThat(samples.compositionOffsetTicks(i)).isEqualTo(expected.get(i).composition);
            assertThat(samples.isSync(i)).isEqualTo(expected.get(i).sync);
            assertThat(samples.sizeBytes(i)).isEqualTo(expected.get(i).sizeBytes);
            due += expected.get(i).duration;
        }
        assertThat(samples.endTicks()).isEqualTo(due).isEqualTo(ticks);
    }

    @Test
    void bufferHasSizeOfChunk() {
        var writer = new ChunkWriter(7);
        writer.add(3_000, 0, true, ByteBuffer.allocate(100_000));
        writer.add(3_000, 0, false, ByteBuffer.allocate(10));
        ByteBuffer chunk = writer.write(new ChunkHead(1, 0, false, null));
        assertThat(chunk.array()).hasSize(chunk.remaining());
        assertThat(chunk.remaining() - 100_010).as("boxes").isLessThan(150);
        assertThat(writer.isEmpty()).isTrue();
        assertThat(writer.dataBytes()).isZero();
    }

    @Test
    void equalSamplesResultInEqualBytes() {
        var writer = new ChunkWriter(1);
        var head = new ChunkHead(0xFFFF_FFFFL, Long.MAX_VALUE, true, new ProducerTime(1, 2));
        List<ByteBuffer> twice = IntStream.range(0, 2).mapToObj(_ -> {
            writer.add(0xFFFF_FFFFL, Integer.MIN_VALUE, true, ByteBuffer.wrap(new byte[]{1, 2, 3}, 1, 1));
            return writer.write(head);
        }).toList();
        assertThat(twice.getFirst()).isEqualTo(twice.getLast());
        assertThat(twice.getFirst().get(twice.getFirst().limit() - 1)).isEqualTo((byte) 2);
    }

    @Test
    void rejectsChunkWithoutSamples() {
        var writer = new ChunkWriter(1);
        assertThatThrownBy(() -> writer.write(new ChunkHead(1, 0, true, null)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void rejectsSampleOneByteOverLimit() {
        var writer = new ChunkWriter(1);
        ByteBuffer sample = ByteBuffer.allocate(ChunkWriter.MAX_SAMPLE_BYTES + 1);
        assertThatThrownBy(() -> writer.add(1, 0, true, sample)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("sample_size");
        assertThat(writer.isEmpty()).isTrue();
        writer.add(1, 0, true, sample.limit(ChunkWriter.MAX_SAMPLE_BYTES));
        assertThat(writer.write(new ChunkHead(1, 0, false, null)).remaining())
                .isGreaterThan(ChunkWriter.MAX_SAMPLE_BYTES);
    }

    @Test
    void rejectsChunkOverLimits() {
        var full = new ChunkWriter(1);
        // The buffers are not copied before the chunk is written.
        ByteBuffer sample = ByteBuffer.allocate(ChunkWriter.MAX_SAMPLE_BYTES);
        for (int bytes = 0; bytes < ChunkWriter.MAX_CHUNK_BYTES; bytes += ChunkWriter.MAX_SAMPLE_BYTES) {
            full.add(1, 0, true, sample);
        }
        assertThatThrownBy(() -> full.add(1, 0, true, ByteBuffer.allocate(1))).isInstanceOf(OverLimitException.class);
        var many = new ChunkWriter(1);
        for (int i = 0; i < ChunkWriter.MAX_SAMPLES; i++) {
            many.add(1, 0, true, ByteBuffer.allocate(0));
        }
        assertThatThrownBy(() -> many.add(1, 0, true, ByteBuffer.allocate(0))).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("sample_count");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0x1_0000_0000L})
    void rejectsDurationsThatDoNotFit(long ticks) {
        var writer = new ChunkWriter(1);
        assertThatThrownBy(() -> writer.add(ticks, 0, true, ByteBuffer.allocate(1)))
                .isInstanceOfAny(IllegalArgumentException.class, OverLimitException.class);
        assertThatThrownBy(() -> new ChunkHead(1, -1, false, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void producerTimeIsNtp() {
        // 1970-01-01T00:00:00.5Z is 2208988800.5 s after 1900.
        assertThat(new ProducerTime(500_000, 0).ntp()).isEqualTo(0x83AA_7E80_8000_0000L);
    }

    @Test
    void fileHasSameSizeForEveryDuration() throws IOException {
        ByteBuffer file = source("moov-first.mp4");
        List<Fmp4Track> tracks = tracks(file).stream().map(track -> new Fmp4Track(
                track.config().codec().isVideo() ? 1 : 2, (int) track.timescale(),
                entry(track.config(), sample(track, 0, file)))).toList();
        assertThat(InitSection.file(tracks, 1).remaining())
                .isEqualTo(InitSection.file(tracks, Long.MAX_VALUE).remaining());
    }

    @Test
    void av1SamplesHaveNoDelimiter() {
        ByteBuffer unit = ByteBuffer.wrap(new byte[]{0x12, 0, 0x0A, 1, 5});
        assertThat(Av1TemporalUnit.withoutDelimiter(unit)).isEqualTo(ByteBuffer.wrap(new byte[]{0x0A, 1, 5}));
        assertThat(Av1TemporalUnit.withoutDelimiter(unit.position(2))).isEqualTo(unit);
        assertThat(Av1TemporalUnit.withoutDelimiter(ByteBuffer.allocate(0)).hasRemaining()).isFalse();
    }
}
