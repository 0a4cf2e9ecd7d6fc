package io.millrace.tools.export;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.Ac3Config;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.isobmff.BoxHeader;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.mp4.FragmentReader;
import io.millrace.media.mp4.Mp4Reader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.mpegts.PesPacket;
import io.millrace.media.mpegts.TsReader;
import io.millrace.platform.UserError;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.FlvOpening;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.platform.timeline.Tracks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    /**
     * The exported tags: the clip, and the clip again a second later, with other configurations if the format supports
     * changes.
     */
    private Path export(ExportFormat format) {
        return export(format, format == ExportFormat.CMAF ? tag -> shifted(tag, tag.body()) : OutputTest::later);
    }

    private Path export(ExportFormat format, UnaryOperator<FlvTag> later) {
        Path file = dir.resolve("show." + format.extension());
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = format.output(part, new Tracks(null, null),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            for (int round = 0; round < 2; round++) {
                for (FlvTag tag : tags) {
                    write(round == 0 ? tag : later.apply(tag), output);
                }
            }
            output.finish(BEGAN);
            part.finish();
        }
        return file;
    }

    /** The clip under two numbers of each kind: one file with four tracks, of which two are enabled. */
    @ParameterizedTest
    @EnumSource(names = {"MP4", "CMAF"})
    void holdsSeveralTracksOfKind(ExportFormat format) throws IOException {
        ChosenTracks all = ChosenTracks.of(List.of(new TrackId(Packet.Kind.VIDEO, 1), new TrackId(Packet.Kind.VIDEO, 0),
                new TrackId(Packet.Kind.AUDIO, 0), new TrackId(Packet.Kind.AUDIO, 5)));
        format.requireHolds(all);
        Path file = dir.resolve("all.mp4");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = format.output(part, new Tracks(null, null), new Roles(all, List.of(
                    new Track(5, Packet.Kind.AUDIO, "AAC", null, 0, "de-AT", "Kommentar ü"))));
            for (FlvTag tag : tags) {
                boolean isVideo = tag.type() == FlvTag.Type.VIDEO;
                for (int track : isVideo ? new int[]{0, 1} : new int[]{0, 5}) {
                    if (isVideo
                            ? VideoTagBody.parse(tag.body()) instanceof VideoTagBody.Config
                            : AudioTagBody.parse(tag.body()) instanceof AudioTagBody.Config) {
                        output.config(new TagEvent.Config(tag, track));
                    } else {
                        output.frame(new TagEvent.Frame(tag, isVideo
                                && ((VideoTagBody.Frame) VideoTagBody.parse(tag.body())).flaggedKey(), isVideo, track));
                    }
                }
            }
            output.finish(BEGAN);
            part.finish();
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        List<String> told = new ArrayList<>();
        Map<Integer, Integer> samples = new HashMap<>();
        readTracks(bytes, told, samples);
        assertThat(told).as("flags, alternate group and handler of each track").containsExactlyInAnyOrder(
                "7 in 1 vide und", "6 in 1 vide und", "7 in 2 soun und", "6 in 2 soun deu de-AT Kommentar ü");
        int pictureCount = (int) tags.stream().filter(OutputTest::isPicture).count();
        int soundCount = (int) tags.stream().filter(OutputTest::isSound).count();
        assertThat(samples.values()).containsExactlyInAnyOrder(pictureCount, pictureCount, soundCount, soundCount);
    }

    private static boolean isPicture(FlvTag tag) {
        return tag.type() == FlvTag.Type.VIDEO && VideoTagBody.parse(tag.body()) instanceof VideoTagBody.Frame;
    }

    private static boolean isSound(FlvTag tag) {
        return tag.type() == FlvTag.Type.AUDIO && AudioTagBody.parse(tag.body()) instanceof AudioTagBody.Frame;
    }

    /** Reads the track headers of a file, and the number of samples by track, in the index and in fragments. */
    private static void readTracks(ByteBuffer file, List<String> told, Map<Integer, Integer> samples) {
        var boxes = new Boxes(file.duplicate());
        while (boxes.next()) {
            if (boxes.type().equals("moov")) {
                var inMovie = new Boxes(boxes.payload());
                while (inMovie.next()) {
                    if (inMovie.type().equals("trak")) {
                        ByteBuffer header = Boxes.find(inMovie.payload(), "tkhd").orElseThrow();
                        ByteBuffer media = Boxes.find(inMovie.payload(), "mdia").orElseThrow();
                        int at = header.position();
                        ByteBuffer handler = Boxes.find(media, "hdlr").orElseThrow();
                        byte[] kind = new byte[4];
                        handler.get(handler.position() + 8, kind);
                        told.add((header.getInt(at) & 0xFFFFFF) + " in " + header.getShort(at + 34) + " "
                                + new String(kind, StandardCharsets.US_ASCII) + label(media));
                        ByteBuffer table = Boxes.find(Boxes.find(Boxes.find(media, "minf").orElseThrow(), "stbl")
                                .orElseThrow(), "stsz").orElseThrow();
                        samples.merge(header.getInt(at + 12), table.getInt(table.position() + 8), Integer::sum);
                    }
                }
            } else if (boxes.type().equals("moof")) {
                ByteBuffer fragment = Boxes.find(boxes.payload(), "traf").orElseThrow();
                ByteBuffer run = Boxes.find(fragment, "trun").orElseThrow();
                ByteBuffer head = Boxes.find(fragment, "tfhd").orElseThrow();
                samples.merge(head.getInt(head.position() + 4), run.getInt(run.position() + 4), Integer::sum);
            }
        }
    }

    /** Returns the language of a track, and its extended language and name if it has any. */
    private static String label(ByteBuffer media) {
        ByteBuffer header = Boxes.find(media, "mdhd").orElseThrow();
        int code = header.getShort(header.position() + 20);
        String language = "" + (char) (0x60 + (code >> 10 & 31)) + (char) (0x60 + (code >> 5 & 31))
                + (char) (0x60 + (code & 31));
        return " " + language + Boxes.find(media, "elng").map(each -> " " + text(each, 4, 1)
                + " " + text(Boxes.find(media, "hdlr").orElseThrow(), 24, 1)).orElse("");
    }

    private static String text(ByteBuffer box, int before, int after) {
        byte[] text = new byte[box.remaining() - before - after];
        box.get(box.position() + before, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLV", "TS"})
    void refusesSecondTrackOfKind(ExportFormat format) {
        format.requireHolds(new ChosenTracks(3, ChosenTracks.NONE));
        ChosenTracks two = ChosenTracks.of(List.of(new TrackId(Packet.Kind.AUDIO, 0),
                new TrackId(Packet.Kind.AUDIO, 5)));
        assertThatThrownBy(() -> format.requireHolds(two)).isInstanceOf(UserError.class)
                .hasMessageContaining(format.label() + " holds one video and one audio track, not audio0, audio5");
    }

    private static TagEvent.Frame frame(FlvTag tag, boolean entry) {
        return new TagEvent.Frame(tag, entry, true);
    }

    @Test
    void flvAnnouncesAudioWithoutSequenceHeader() throws IOException {
        ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.MP3, mp3(0)));
        Mp3Config mp3 = Mp3Config.ofFrame(mp3(0));
        Path file = dir.resolve("mp3.flv");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.FLV.output(part, new Tracks(null, mp3),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            output.frame(frame(new FlvTag(FlvTag.Type.AUDIO, 0, body), true));
            output.finish(BEGAN);
            part.finish();
        }
        FlvReader reader = new FlvReader(1 << 20);
        List<FlvTag> read = reader.readAll(ByteBuffer.wrap(Files.readAllBytes(file)));
        assertThat(reader.header()).contains(new FlvHeader(true, false));
        assertThat(read).extracting(FlvTag::type).containsExactly(FlvTag.Type.SCRIPT, FlvTag.Type.AUDIO);
    }

    @Test
    void reportsUnsupportedAudio() {
        ByteBuffer record = ByteBuffer.wrap(HexFormat.of().parseHex("4f7075734865616401020000 80bb0000 0000 00"
                .replace(" ", "")));
        FlvTag header = new FlvTag(FlvTag.Type.AUDIO, 0,
                TagBodyWriter.write(new AudioTagBody.Config(Codec.OPUS, record)));
        try (PartFile part = PartFile.create(dir.resolve("refused.ts"), false)) {
            MediaOutput output = ExportFormat.TS.output(part, new Tracks(null, null),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            assertThatThrownBy(() -> output.config(new TagEvent.Config(header)))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("Opus").hasMessageContaining("H.264, HEVC, AAC, MP3, AC-3, E-AC-3;")
                    .hasMessageContaining("FLV, MP4 and CMAF support all codecs");
        }
    }

    /** Only the first frame tells the tables that there is AC-3. */
    @Test
    void tsHasAc3FromFirstTable() throws IOException {
        Path file = dir.resolve("ac3.ts");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.TS.output(part, new Tracks(null, Ac3Config.ofFrame(ac3())),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            tags.stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).limit(10).forEach(tag -> write(tag, output));
            ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.AC3, ac3()));
            output.frame(frame(new FlvTag(FlvTag.Type.AUDIO, 0, body), false));
            output.finish(BEGAN);
            part.finish();
        }
        var read = new TsReader().feed(ByteBuffer.wrap(Files.readAllBytes(file))).finish();
        assertThat(read.packets()).filteredOn(packet -> packet.pid() == 0).as("tables").hasSize(1);
        assertThat(read.registrations()).containsValue("AC-3");
    }

    /** The video frame comes first, and the tables before it announce both tracks. */
    @Test
    void tsHasMp3FromFirstTable() throws IOException {
        List<ByteBuffer> frames = IntStream.range(0, 20).mapToObj(OutputTest::mp3).toList();
        Path file = dir.resolve("mp3.ts");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.TS.output(part, new Tracks(null, Mp3Config.ofFrame(frames.getFirst())),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            tags.stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).limit(10).forEach(tag -> write(tag, output));
            for (int n = 0; n < frames.size(); n++) {
                ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.MP3, frames.get(n)));
                output.frame(frame(new FlvTag(FlvTag.Type.AUDIO, n * 26, body), false));
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
                case VideoTagBody.Config _ -> output.config(new TagEvent.Config(tag));
                case VideoTagBody.Frame frame -> {
                    pictures.add(frame.data());
                    output.frame(frame(tag, frame.flaggedKey()));
                }
                case VideoTagBody.End _,VideoTagBody.Metadata _,VideoTagBody.Command _ ->
                    throw new AssertionError("none of these");
            }
        } else if (AudioTagBody.parse(tag.body()) instanceof AudioTagBody.Frame(var _, ByteBuffer data)) {
            sounds.add(data);
            output.frame(frame(tag, false));
        } else {
            output.config(new TagEvent.Config(tag));
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
        return shifted(tag, body);
    }

    private static FlvTag shifted(FlvTag tag, ByteBuffer body) {
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

    /** The frames of a track of {@code file} that is in fragments. */
    private static List<Mp4Track> fragmented(ByteBuffer file, List<String> boxes) {
        FragmentReader reader = null;
        for (int at = 0; at < file.limit();) {
            ByteBuffer in = file.duplicate().position(at);
            BoxHeader box = BoxHeader.parse(in, file.limit() - at);
            ByteBuffer payload = file.slice(in.position(), (int) box.sizeBytes() - box.headerBytes());
            boxes.add(box.type());
            if (box.type().equals("moov")) {
                reader = new FragmentReader(payload);
            } else if (box.type().equals("moof")) {
                reader.add(payload, at);
            }
            at += (int) box.sizeBytes();
        }
        return reader.tracks();
    }

    @Test
    void cmafHasChunksOfBothTracksWithoutEditLists() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.CMAF)));
        List<String> boxes = new ArrayList<>();
        List<Mp4Track> tracks = fragmented(file, boxes);
        assertThat(boxes).startsWith("ftyp", "moov", "styp", "moof", "mdat", "styp", "moof", "mdat");
        assertThat(data(tracks.getFirst(), file)).isEqualTo(pictures);
        assertThat(data(tracks.getLast(), file)).isEqualTo(sounds);
        Mp4Track video = tracks.getFirst();
        assertThat(video.startTicks()).isZero();
        assertThat(IntStream.range(0, video.samples().count()).map(video.samples()::compositionOffsetTicks))
                .as("FFmpeg shows video late if an offset is negative").allMatch(offset -> offset >= 0);
        int half = video.samples().count() / 2;
        assertThat(video.samples().decodingTicks(half) - video.samples().decodingTicks(0)).isEqualTo(90_000);
        assertThat(tracks.stream().mapToLong(track -> track.samples().decodingTicks(0)).min().orElseThrow())
                .as("0, or the rounding error of a conversion").isBetween(0L, 1L);
    }

    /** As an MP4 file has them by its edit lists, apart from the time before the first frame is displayed. */
    @Test
    void cmafHasTimesOfMp4() throws IOException {
        ByteBuffer cmaf = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.CMAF)));
        Files.delete(dir.resolve("show.mp4"));
        ByteBuffer mp4 = ByteBuffer.wrap(Files.readAllBytes(export(ExportFormat.MP4, tag -> shifted(tag, tag.body()))));
        List<Mp4Track> fragmented = fragmented(cmaf, new ArrayList<>());
        List<Mp4Track> plain = Mp4Reader.read(moov(mp4));
        double laterS = shownS(fragmented.getFirst(), 0) - shownS(plain.getFirst(), 0);
        for (int t = 0; t < plain.size(); t++) {
            for (int n = 0; n < plain.get(t).samples().count(); n++) {
                // Times in the edit list are in ms.
                assertThat(shownS(fragmented.get(t), n) - laterS)
                        .isCloseTo(shownS(plain.get(t), n), Offset.offset(0.002));
            }
        }
    }

    private static double shownS(Mp4Track track, int sample) {
        return (double) (track.samples().decodingTicks(sample) + track.samples().compositionOffsetTicks(sample)
                + track.startTicks()) / track.timescale();
    }

    private static ByteBuffer moov(ByteBuffer file) {
        return Boxes.find(file, "moov").orElseThrow();
    }

    @Test
    void cmafReportsChangedConfiguration() {
        assertThatThrownBy(() -> export(ExportFormat.CMAF, OutputTest::later)).isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("changed within the range").hasMessageContaining("MP4 and FLV support changes");
    }

    /** Audio that no sequence header announces, after video of more than a segment. */
    @ParameterizedTest
    @EnumSource(names = {"MP4", "CMAF"})
    void mp4HasAudioWithoutSequenceHeader(ExportFormat format) throws IOException {
        Path file = dir.resolve("mp3.mp4");
        List<ByteBuffer> frames = IntStream.range(0, 200).mapToObj(OutputTest::mp3).toList();
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = format.output(part, new Tracks(null, Mp3Config.ofFrame(frames.getFirst())),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            List<FlvTag> video = tags.stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).toList();
            for (int round = 0; round < 4; round++) {
                for (FlvTag tag : video) {
                    write(new FlvTag(tag.type(), tag.timestampMs() + round * 1_000, tag.body()), output);
                }
            }
            for (int n = 0; n < frames.size(); n++) {
                ByteBuffer body = TagBodyWriter.write(new AudioTagBody.Frame(Codec.MP3, frames.get(n)));
                output.frame(frame(new FlvTag(FlvTag.Type.AUDIO, 100 + n * 26, body), false));
            }
            output.finish(BEGAN);
            part.finish();
            assertThat(output.droppedFrames()).isZero();
        }
        ByteBuffer read = ByteBuffer.wrap(Files.readAllBytes(file));
        List<Mp4Track> tracks = format == ExportFormat.MP4
                ? Mp4Reader.read(moov(read))
                : fragmented(read, new ArrayList<>());
        assertThat(tracks.getLast().config()).isInstanceOf(Mp3Config.class);
        assertThat(data(tracks.getLast(), read)).isEqualTo(frames);
        assertThat(data(tracks.getFirst(), read)).isEqualTo(pictures);
    }

    /** OpusHead with a delay of 312 samples. */
    @Test
    void mp4SkipsEncoderDelayByEditList() throws IOException {
        ByteBuffer head = ByteBuffer.wrap(HexFormat.of().parseHex("4f707573486561640102380180bb0000000000"));
        Path file = dir.resolve("opus.mp4");
        try (PartFile part = PartFile.create(file, false)) {
            MediaOutput output = ExportFormat.MP4.output(part, new Tracks(null, null),
                    new Roles(ChosenTracks.DEFAULT, List.of()));
            output.config(new TagEvent.Config(new FlvTag(FlvTag.Type.AUDIO, 0,
                    TagBodyWriter.write(new AudioTagBody.Config(Codec.OPUS, head)))));
            for (int n = 0; n < 10; n++) {
                // 20 ms of CELT, stereo.
                output.frame(frame(new FlvTag(FlvTag.Type.AUDIO, n * 20, TagBodyWriter.write(
                        new AudioTagBody.Frame(Codec.OPUS, ByteBuffer.wrap(new byte[]{(byte) 0xFC, 1})))), true));
            }
            output.finish(BEGAN);
            part.finish();
        }
        Mp4Track track = Mp4Reader.read(moov(ByteBuffer.wrap(Files.readAllBytes(file)))).getFirst();
        assertThat(track.startTicks()).isEqualTo(-312);
        assertThat(track.samples().endTicks()).isEqualTo(10 * 960);
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
