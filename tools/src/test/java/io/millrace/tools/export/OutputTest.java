package io.millrace.tools.export;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.mp4.BoxHeader;
import io.millrace.media.mp4.Mp4Reader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.mpegts.PesPacket;
import io.millrace.media.mpegts.TsReader;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.Tracks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Writes tags to a file and reads the file again. The configurations of video and audio change between its two halves.
 */
class OutputTest {
    /** stream_type of ISO/IEC 11172-3 audio. */
    private static final int MPEG1_AUDIO = 3;
    private static final Instant BEGAN = Instant.parse("2026-11-26T02:00:00Z");

    @TempDir
    private Path dir;
    private final List<FlvTag> tags = tags();
    private final List<ByteBuffer> pictures = new ArrayList<>();
    private final List<ByteBuffer> sounds = new ArrayList<>();

    private static List<FlvTag> tags() {
        try (InputStream in = OutputTest.class.getResourceAsStream("/io/millrace/tools/push/remuxed.flv")) {
            return new FlvReader(1 << 20).readAll(ByteBuffer.wrap(in.readAllBytes())).stream()
                    .filter(tag -> tag.type() == FlvTag.Type.VIDEO || tag.type() == FlvTag.Type.AUDIO)
                    .filter(tag -> tag.type() == FlvTag.Type.AUDIO
                            || !(VideoTagBody.parse(tag.body()) instanceof VideoTagBody.End))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The exported tags: the clip, and the clip again a second later with other configurations. */
    private Path export(ExportFormat format) {
        Path file = dir.resolve("show." + format.extension());
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = format.output(part, new Tracks(null, null));
            for (int round = 0; round < 2; round++) {
                for (FlvTag tag : tags) {
                    write(round == 0 ? tag : later(tag), output);
                }
            }
            output.finish(BEGAN);
            part.finish();
        }
        return file;
    }

    @Test
    void flvAnnouncesAudioWithoutSequenceHeader() throws IOException {
        ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.MP3, mp3(0)));
        Mp3Config mp3 = Mp3Config.ofFrame(mp3(0));
        Path file = dir.resolve("mp3.flv");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.FLV.output(part, new Tracks(null, mp3));
            output.frame(new FlvTag(FlvTag.Type.AUDIO, 0, body), true);
            output.finish(BEGAN);
            part.finish();
        }
        FlvReader reader = new FlvReader(1 << 20);
        List<FlvTag> read = reader.readAll(ByteBuffer.wrap(Files.readAllBytes(file)));
        assertThat(reader.header()).contains(new FlvHeader(true, false));
        assertThat(read).extracting(FlvTag::type).containsExactly(FlvTag.Type.SCRIPT, FlvTag.Type.AUDIO);
    }

    /** No tag before its frames announces it. */
    @ParameterizedTest
    @CsvSource({"MP4, MP3, mp4a.40.34, H.264 and AAC;", "TS, AC3, ac-3, 'H.264, AAC and MP3;'"})
    void reportsUnsupportedAudioWithoutSequenceHeader(ExportFormat format, Codec codec, String named,
            String held) {
        FlvTag frame = new FlvTag(FlvTag.Type.AUDIO, 0,
                TagBodyWriter.write(new AudioTagBody.Frame(codec, codec == Codec.MP3 ? mp3(0) : ac3())));
        try (PartFile part = PartFile.create(dir.resolve("refused." + format.extension()), false)) {
            MediaOutput output = format.output(part, new Tracks(null, null));
            assertThatThrownBy(() -> output.frame(frame, true))
                    .isInstanceOf(UnsupportedException.class).hasMessageContaining(named)
                    .hasMessageContaining(held).hasMessageContaining("FLV supports all codecs");
        }
    }

    /** The video frame comes first, and the tables before it announce both tracks. */
    @Test
    void tsHasMp3FromFirstTable() throws IOException {
        List<ByteBuffer> frames = IntStream.range(0, 20).mapToObj(OutputTest::mp3).toList();
        Path file = dir.resolve("mp3.ts");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.TS.output(part, new Tracks(null, Mp3Config.ofFrame(frames.getFirst())));
            tags.stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).limit(10).forEach(tag -> write(tag, output));
            for (int n = 0; n < frames.size(); n++) {
                ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.MP3, frames.get(n)));
                output.frame(new FlvTag(FlvTag.Type.AUDIO, n * 26, body), false);
            }
            output.finish(BEGAN);
            part.finish();
        }
        var read = new TsReader().feed(ByteBuffer.wrap(Files.readAllBytes(file))).finish();
        assertThat(read.continuityErrors()).isEmpty();
        assertThat(read.packets()).filteredOn(packet -> packet.pid() == 0).as("tables").hasSize(1);
        int sound = read.streamTypes().entrySet().stream().filter(type -> type.getValue() == MPEG1_AUDIO).findFirst()
                .orElseThrow().getKey();
        assertThat(joined(read.pesPackets(sound).stream().map(PesPacket::data).toList())).isEqualTo(joined(frames));
    }

    private static ByteBuffer joined(List<ByteBuffer> parts) {
        ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(part -> all.put(part.duplicate()));
        return all.flip();
    }

    /** MPEG-1 layer III, 128 kbit/s, 44.1 kHz. */
    private static ByteBuffer mp3(int number) {
        return ByteBuffer.allocate(417).putInt(0xfffb_9000).putInt(number).rewind();
    }

    /** The header of a frame written by FFmpeg: 48 kHz, stereo. */
    private static ByteBuffer ac3() {
        return ByteBuffer.wrap(HexFormat.of().parseHex("0b7738900c4043e1"));
    }

    private void write(FlvTag tag, MediaOutput output) {
        if (tag.type() == FlvTag.Type.VIDEO) {
            switch (VideoTagBody.parse(tag.body())) {
                case VideoTagBody.Config _ -> output.config(tag);
                case VideoTagBody.Frame frame -> {
                    pictures.add(frame.data());
                    output.frame(tag, frame.flaggedKey());
                }
                case VideoTagBody.End _,VideoTagBody.Metadata _,VideoTagBody.Command _ ->
                    throw new AssertionError("none of these");
            }
        } else if (AudioTagBody.parse(tag.body()) instanceof AudioTagBody.Frame(var _, ByteBuffer data)) {
            sounds.add(data);
            output.frame(tag, false);
        } else {
            output.config(tag);
        }
    }

    private static FlvTag later(FlvTag tag) {
        ByteBuffer body = tag.body();
        if (tag.type() == FlvTag.Type.VIDEO
                && VideoTagBody.parse(body) instanceof VideoTagBody.Config(Codec codec, ByteBuffer record)) {
            ByteBuffer other = ByteBuffer.allocate(record.remaining()).put(record.duplicate()).flip();
            other.put(3, (byte) (other.get(3) + 1));
            body = TagBodyWriter.write(new VideoTagBody.Config(codec, other));
        } else if (tag.type() == FlvTag.Type.AUDIO
                && AudioTagBody.parse(body) instanceof AudioTagBody.Config(Codec codec, ByteBuffer _)) {
            // LC at 22.05 kHz, one channel.
            body = TagBodyWriter.write(new AudioTagBody.Config(codec, ByteBuffer.wrap(new byte[]{0x13, (byte) 0x88})));
        }
        return new FlvTag(tag.type(), tag.timestampMs() + 1_000, body);
    }

    @Test
    void flvHasEveryTagAndChangedSequenceHeaders() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.FLV)));
        List<FlvTag> read = new FlvReader(1 << 20).readAll(bytes);
        List<FlvTag> expected = new ArrayList<>(tags);
        tags.forEach(tag -> expected.add(later(tag)));
        assertThat(read.removeFirst().type()).isEqualTo(FlvTag.Type.SCRIPT);
        assertThat(read.stream().map(FlvTag::body))
                .containsExactlyElementsOf(expected.stream().map(FlvTag::body).toList());
        int lastMs = expected.stream().mapToInt(FlvTag::timestampMs).max().orElseThrow();
        assertThat(bytes.getDouble(FlvOpening.DURATION_POSITION)).isEqualTo(lastMs / 1e3);
    }

    @Test
    void mp4HasSampleEntryPerConfigAndIndexFirst() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.MP4)));
        List<String> boxes = new ArrayList<>();
        ByteBuffer moov = null;
        for (int at = 0; at < file.limit();) {
            ByteBuffer in = file.duplicate().position(at);
            BoxHeader box = BoxHeader.parse(in, file.limit() - at);
            boxes.add(box.type());
            moov = box.type().equals("moov") ? file.slice(in.position(), (int) box.sizeBytes() - 8) : moov;
            at += (int) box.sizeBytes();
        }
        assertThat(boxes).containsExactly("ftyp", "moov", "mdat");
        List<Mp4Track> tracks = Mp4Reader.read(moov);
        assertThat(data(tracks.getFirst(), file)).isEqualTo(pictures);
        assertThat(data(tracks.getLast(), file)).isEqualTo(sounds);
        assertThat(tracks.getFirst().configs()).hasSize(2).doesNotHaveDuplicates()
                .allMatch(AvcConfig.class::isInstance);
        assertThat(tracks.getLast().configs()).extracting(config -> ((AacConfig) config).sampleRate())
                .containsExactly(44_100, 22_050);
        for (Mp4Track track : tracks) {
            int half = track.samples().count() / 2;
            assertThat(IntStream.range(0, 2 * half).map(track.samples()::description).boxed().toList())
                    .isEqualTo(IntStream.range(0, 2 * half).map(n -> n / half).boxed().toList());
            double secondHalf = (double) (track.samples().decodingTicks(half) - track.samples().decodingTicks(0))
                    / track.timescale();
            assertThat(secondHalf).isCloseTo(1, Offset.offset(0.002));
        }
    }

    private static List<ByteBuffer> data(Mp4Track track, ByteBuffer file) {
        return IntStream.range(0, track.samples().count())
                .mapToObj(n -> file.slice((int) track.samples().offset(n), track.samples().sizeBytes(n))).toList();
    }

    @Test
    void tsIsOneContinuousStream() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.TS)));
        var read = new TsReader().feed(file).finish();
        assertThat(read.continuityErrors()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void sameTagsResultInSameBytes(ExportFormat format) throws IOException {
        byte[] first = Files.readAllBytes(export(format));
        Files.delete(dir.resolve("show." + format.extension()));
        assertThat(Files.readAllBytes(export(format))).isEqualTo(first);
    }
}
