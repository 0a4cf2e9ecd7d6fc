package io.millrace.packager.mux;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.remux.TrackMedia;
import io.millrace.packager.WrittenLog;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.SlowTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class CmafMuxTest {
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final int AUDIO_RATE = 22_050;
    private static final double OFFSET_S = 10;

    /** H.264 with two B-frames and AAC. */
    private final WrittenLog log = new WrittenLog(Format.CMAF).publish(7, 9, "live/show");
    private final List<Cut> cuts = log.cuts.stream().map(WrittenLog.Entry::value).toList();

    private List<MuxedPart> muxed(RenditionId rendition) {
        return muxed(rendition, cuts, offset -> log.packets.get(offset.intValue()).value());
    }

    private static List<MuxedPart> muxed(RenditionId rendition, List<Cut> cuts, Function<Long, Packet> packets) {
        List<MuxedPart> parts = new ArrayList<>();
        SegmentMux mux = null;
        for (Cut cut : cuts) {
            mux = cut.id().isFirst() ? new SegmentMux(rendition, cut) : mux;
            parts.add(mux.mux(cut,
                    cut.samples().stream().map(s -> packets.apply(cut.packets().offsetOf(s))).toList()));
        }
        return parts;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static byte[] init(MuxedPart first) {
        return Arrays.copyOf(bytes(first.part().bytes()), first.initBytes());
    }

    /** The init section once, and all segments: what a player takes. */
    private static byte[] file(List<MuxedPart> parts) {
        var file = new ByteArrayOutputStream();
        file.writeBytes(init(parts.getFirst()));
        for (MuxedPart part : parts) {
            byte[] all = bytes(part.part().bytes());
            file.write(all, part.initBytes(), all.length - part.initBytes());
        }
        return file.toByteArray();
    }

    @Test
    void partsMatchGolden() throws IOException {
        var dump = new StringBuilder();
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            muxed(rendition).subList(0, 4).forEach(part -> dump.append(PartDump.of(part)));
        }
        for (String clip : List.of("/hevc.mp4", "/av1-opus.mp4")) {
            var source = new Mp4Clip(clip, 6);
            for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
                dump.append(clip).append('\n');
                muxed(rendition, source.cuts, offset -> source.packets.get(offset.intValue()))
                        .forEach(part -> dump.append(PartDump.of(part)));
            }
        }
        if ("write".equals(System.getProperty("millrace.goldens"))) {
            Files.writeString(Path.of("src/test/resources/cmaf.dump"), dump);
        }
        try (InputStream golden = CmafMuxTest.class.getResourceAsStream("/cmaf.dump")) {
            assertThat(dump.toString()).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void segmentHasSameBytesWhereverPackagerStarts() {
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            List<MuxedPart> all = muxed(rendition);
            for (int from = 0; from < cuts.size(); from++) {
                if (cuts.get(from).id().isFirst()) {
                    assertThat(muxed(rendition, cuts.subList(from, cuts.size()),
                            offset -> log.packets.get(offset.intValue()).value()))
                            .isEqualTo(all.subList(from, all.size()));
                }
            }
        }
    }

    @Test
    void everySegmentBeginsWithSameInitSection() {
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            List<MuxedPart> parts = muxed(rendition);
            assertThat(parts).allMatch(part -> part.initBytes() > 0 == part.cut().id().isFirst());
            assertThat(parts.stream().filter(part -> part.initBytes() > 0)
                    .map(part -> HexFormat.of().formatHex(init(part))).distinct()).hasSize(1);
        }
    }

    /** A player that has the init section decodes the picture from these bytes. */
    @Test
    void keyframeBytesEndWithFirstSample() {
        for (MuxedPart part : muxed(VIDEO)) {
            Cut.Sample first = part.cut().samples().stream().filter(s -> s.kind() == Packet.Kind.VIDEO).findFirst()
                    .orElseThrow();
            assertThat(part.keyframeBytes() > 0).isEqualTo(first.keyframe());
            if (first.keyframe()) {
                ByteBuffer media = part.part().bytes().slice(part.initBytes(),
                        part.part().bytes().remaining() - part.initBytes());
                ByteBuffer data = Boxes.find(media, "mdat").orElseThrow();
                TrackMedia.AccessUnit unit = (TrackMedia.AccessUnit) log.packets
                        .get((int) part.cut().packets().offsetOf(first)).value().media();
                int headBytes = media.remaining() - data.remaining();
                assertThat(part.keyframeBytes()).isEqualTo(headBytes + unit.data().remaining());
                assertThat(data.slice(data.position(), unit.data().remaining())).isEqualTo(unit.data());
                assertThat(part.entry(0).place().keyframeBytes()).isEqualTo(part.keyframeBytes());
            }
        }
        assertThat(muxed(AUDIO)).allMatch(part -> part.keyframeBytes() == 0);
    }

    @Test
    void partsHaveTimesOfOwnSamples() {
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            List<MuxedPart> parts = muxed(rendition);
            for (int i = 1; i < parts.size(); i++) {
                PartTimes before = parts.get(i - 1).times();
                assertThat(parts.get(i).times().startTicks()).isEqualTo(before.startTicks() + before.durationTicks());
            }
        }
        PartTimes video = muxed(VIDEO).getFirst().times();
        assertThat(video.startTicks()).as("presentation of the keyframe")
                .isEqualTo(cuts.getFirst().samples().getFirst().compositionTicks()).isPositive();
        MuxedPart audio = muxed(AUDIO).get(1);
        Cut.Sample first = audio.cut().samples().stream().filter(s -> s.kind() == Packet.Kind.AUDIO).findFirst()
                .orElseThrow();
        assertThat(audio.times().startTicks()).isEqualTo(first.dts() * 90_000 / AUDIO_RATE);
        long aheadMs = audio.times().startTicks() / 90 - audio.cut().times().startTicks() / 90;
        assertThat(audio.times().programDateTimeMs())
                .isEqualTo(audio.cut().times().programDateTimeMs() + aheadMs);
        assertThat(audio.times().arrivalUs()).isEqualTo(audio.cut().times().arrivalUs());
    }

    @Test
    void indexEntryNamesKeyframeOfRendition() {
        IndexEntry picture = muxed(VIDEO).get(1).entry(0);
        assertThat(picture.independent()).isFalse();
        assertThat(picture.keyframe().offset()).isEqualTo(Keyframe.NONE);
        IndexEntry sound = muxed(AUDIO).get(1).entry(0);
        assertThat(sound.independent()).isTrue();
        assertThat(log.packets.get((int) sound.keyframe().offset()).value().kind()).isEqualTo(Packet.Kind.AUDIO);
    }

    @Test
    void partWithoutSamplesHasNoChunk() {
        Cut first = cuts.getFirst();
        Cut second = withoutAudio(cuts.get(1));
        List<MuxedPart> parts = muxed(AUDIO, List.of(withoutAudio(first), second, cuts.get(2)),
                offset -> log.packets.get(offset.intValue()).value());
        assertThat(parts.get(0).part().bytes().remaining()).isEqualTo(parts.get(0).initBytes()).isPositive();
        assertThat(parts.get(1).part().bytes().hasRemaining()).isFalse();
        assertThat(parts.get(1).times()).isEqualTo(new PartTimes(second.times().startTicks(), 0,
                second.times().programDateTimeMs(), second.times().arrivalUs()));
        assertThat(new String(bytes(parts.get(2).part().bytes()), 4, 4, StandardCharsets.US_ASCII))
                .as("the segment's first chunk").isEqualTo("styp");
    }

    private static Cut withoutAudio(Cut c) {
        return new Cut(c.id(), c.session(), c.last(), c.independent(), c.packets(), c.times(), c.head(),
                c.samples().stream().filter(s -> s.kind() == Packet.Kind.VIDEO).toList());
    }

    /** The size of VP9 pictures is in keyframes only. */
    @Test
    void rejectsSegmentOfVp9WithoutKeyframe() {
        Cut first = cuts.getFirst();
        Cut.SegmentHead h = first.head();
        ByteBuffer config = ByteBuffer.wrap(HexFormat.of().parseHex("000a820101010000"));
        var vp9 = new Track(0, Packet.Kind.VIDEO, "VP9", config, 90_000);
        Cut cut = new Cut(first.id(), first.session(), first.last(), false, first.packets(), first.times(),
                new Cut.SegmentHead(h.rules(), h.start(), List.of(vp9), 0, 0, h.state()), List.of());
        assertThatThrownBy(() -> new SegmentMux(VIDEO, cut).mux(cut, List.of()))
                .isInstanceOf(UnsupportedException.class).hasMessageContaining("size");
    }

    /** FFmpeg shows a fragmented track late if composition offsets are negative: both tracks must have source times. */
    @SlowTest
    @Test
    void ffmpegShowsBothTracksAtSourceTimes(@TempDir Path dir) throws Exception {
        Path source = dir.resolve("source.flv");
        try (InputStream in = WrittenLog.class.getResourceAsStream("/av.flv")) {
            Files.copy(in, source);
        }
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            String kind = rendition.equals(VIDEO) ? "v" : "a";
            Path file = Files.write(dir.resolve(kind + ".mp4"), file(muxed(rendition)));
            List<Double> expected = times(source, kind);
            List<Double> actual = times(file, kind);
            assertThat(actual).hasSize((int) cuts.stream().flatMap(cut -> cut.samples().stream())
                    .filter(s -> rendition.has(s.kind(), s.track())).count()).hasSizeGreaterThan(70);
            double tick = rendition.equals(VIDEO) ? 1.0 / 90_000 : 1.0 / AUDIO_RATE;
            int skipped = expected.size() - actual.size();
            for (int i = 0; i < actual.size(); i++) {
                assertThat(actual.get(i) - OFFSET_S).as("frame %d", i).isCloseTo(expected.get(i + skipped),
                        within(tick + 2e-6));
            }
            assertThat(run("ffmpeg", "-nostdin", "-v", "error", "-xerror", "-err_detect", "explode", "-i",
                    file.toString(), "-f", "null", "-")).isEmpty();
        }
    }

    private static List<Double> times(Path file, String kind) throws Exception {
        return run("ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time", "-of",
                "csv=p=0", file.toString()).lines().map(line -> line.replace(",", "").strip())
                .filter(line -> !line.isEmpty()).map(Double::valueOf).toList();
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
