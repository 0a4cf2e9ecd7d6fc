package io.millrace.media.mpegts;

import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.mpegts.TsSample.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class TsSegmentMuxerTest {
    private static final Clip CLIP = Clip.load();
    private static final AvcConfig AVC = (AvcConfig) CLIP.video();

    @Property(tries = 150)
    void partsJoinUnderEverySplit(@ForAll long seed,
            @ForAll @IntRange(min = 1, max = 30) int longest) {
        for (Clip clip : List.of(CLIP, CLIP.only(Kind.VIDEO), CLIP.only(Kind.AUDIO))) {
            TsReader reader = new TsReader();
            List<List<ByteBuffer>> segments = clip.muxAll(new Random(seed), longest);
            assertThat(segments).hasSizeGreaterThanOrEqualTo(3);
            for (List<ByteBuffer> parts : segments) {
                int before = reader.packets().size();
                parts.forEach(reader::feed);
                assertCompleteSegment(reader.packets().subList(before, reader.packets().size()));
                reader.finish();
            }
            assertThat(reader.continuityErrors()).isEmpty();
            assertThat(audioFrames(reader)).isEqualTo(clip.of(Kind.AUDIO).stream().map(TsSample::data).toList());
            assertThat(pictures(reader))
                    .isEqualTo(clip.of(Kind.VIDEO).stream().map(TsSegmentMuxerTest::slices).toList());
        }
    }

    private static void assertCompleteSegment(List<TsPacket> packets) {
        assertThat(packets.get(0).pid()).isEqualTo(TsProgram.PAT_PID);
        assertThat(packets.get(1).pid()).isEqualTo(TsProgram.PMT_PID);
        for (int pid : List.of(TsProgram.VIDEO_PID, TsProgram.AUDIO_PID)) {
            List<TsPacket> counted = packets.stream().filter(p -> p.pid() == pid && p.hasPayload()).toList();
            assertThat(counted.size() % 16).isZero();
            assertThat(counted.stream().map(TsPacket::counter).limit(1)).allMatch(counter -> counter == 0);
        }
    }

    @Property(tries = 50)
    void pcrIsNeverLateAndAtLeastEvery100Ms(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int longest) {
        for (Clip clip : List.of(CLIP, CLIP.only(Kind.VIDEO), CLIP.only(Kind.AUDIO))) {
            TsReader reader = new TsReader();
            clip.muxAll(new Random(seed), longest).forEach(parts -> parts.forEach(reader::feed));
            int clockPid = reader.clockPid();
            assertThat(clockPid).isEqualTo(clip.video() == null ? TsProgram.AUDIO_PID : TsProgram.VIDEO_PID);
            long[] clocks = reader.packets().stream().filter(p -> p.pcr90k() >= 0).mapToLong(TsPacket::pcr90k)
                    .toArray();
            assertThat(IntStream.range(1, clocks.length).mapToLong(i -> clocks[i] - clocks[i - 1]))
                    .allMatch(gap -> gap >= 0 && gap <= TsSegmentMuxer.PCR_INTERVAL_TICKS);
            assertThat(reader.packets()).allMatch(p -> p.pcr90k() < 0 || p.pid() == clockPid);
            reader.finish().pesPackets(clockPid).stream().filter(pes -> pes.dts90k() != PesPacket.NO_TIME)
                    .forEach(pes -> assertThat(clocks).contains(pes.dts90k() - TsSegmentMuxer.PCR_LEAD_TICKS));
        }
    }

    @Property(tries = 30)
    void sameCallsResultInSameBytes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int longest) {
        assertThat(CLIP.muxAll(new Random(seed), longest)).isEqualTo(CLIP.muxAll(new Random(seed), longest));
    }

    @Test
    void partDoesNotDependOnLaterParts() {
        List<TsSample> segment = CLIP.segments().get(1);
        List<ByteBuffer> three = CLIP.mux(List.of(segment.subList(0, 9), segment.subList(9, 17),
                segment.subList(17, segment.size())), 1);
        List<ByteBuffer> four = CLIP.mux(List.of(segment.subList(0, 9), segment.subList(9, 17), segment.subList(17, 19),
                segment.subList(19, segment.size())), 1);
        assertThat(four.subList(0, 2)).isEqualTo(three.subList(0, 2));
    }

    @Test
    void accessUnitsHaveDelimiterAndIdrsParameterSets() {
        TsReader reader = new TsReader();
        CLIP.muxAll(new Random(1), 10).forEach(parts -> parts.forEach(reader::feed));
        List<PesPacket> pictures = reader.finish().pesPackets(TsProgram.VIDEO_PID).stream()
                .filter(pes -> pes.pts90k() != PesPacket.NO_TIME).toList();
        assertThat(pictures).hasSize(90);
        int idrs = 0;
        for (PesPacket picture : pictures) {
            List<Integer> types = types(picture.data());
            assertThat(types).startsWith(NalUnits.ACCESS_UNIT_DELIMITER);
            if (picture.randomAccess()) {
                idrs++;
                assertThat(types).startsWith(NalUnits.ACCESS_UNIT_DELIMITER, NalUnits.SPS, NalUnits.PPS)
                        .contains(NalUnits.IDR);
            } else {
                assertThat(types).doesNotContain(NalUnits.IDR, NalUnits.SPS, NalUnits.PPS);
            }
        }
        assertThat(idrs).isEqualTo(8);
    }

    @Test
    void keepsOwnParameterSetsAndDropsDelimiterAndFiller() {
        ByteBuffer sps = nal(NalUnits.SPS, 4);
        ByteBuffer pps = nal(NalUnits.PPS, 3);
        ByteBuffer unit = accessUnit(nal(9, 2), nal(6, 5), sps, pps, nal(12, 40), nal(5, 30), nal(12, 9));
        TsReader reader = muxVideo(List.of(new TsSample(Kind.VIDEO, 9000, 9000, unit)));
        ByteBuffer data = reader.pesPackets().getFirst().data();
        assertThat(types(data)).containsExactly(9, 7, 8, 6, 5);
        assertThat(units(data)).contains(sps, pps).doesNotContainAnyElementsOf(AVC.sps());
    }

    @Test
    void firstFrameOfSegmentHasParameterSets() {
        TsReader reader = muxVideo(List.of(new TsSample(Kind.VIDEO, 9000, 9000, accessUnit(nal(1, 30)))));
        assertThat(types(reader.pesPackets().getFirst().data())).containsExactly(9, 7, 8, 1);
        assertThat(reader.pesPackets().getFirst().randomAccess()).isFalse();
    }

    @Test
    void heldFrameCompletesSegmentWithoutAudioInLastPart() {
        List<TsSample> segment = CLIP.segments().get(2);
        List<TsSample> tail = segment.stream().filter(s -> s.kind() == Kind.VIDEO).skip(8).toList();
        List<TsSample> rest = segment.stream().filter(s -> !tail.contains(s)).toList();
        TsReader reader = new TsReader();
        CLIP.mux(List.of(rest, tail.subList(0, 1), tail.subList(1, tail.size())), 0).forEach(reader::feed);
        assertCompleteSegment(reader.packets());
        assertThat(reader.finish().continuityErrors()).isEmpty();
        assertThat(audioFrames(reader)).hasSize((int) rest.stream().filter(s -> s.kind() == Kind.AUDIO).count());
    }

    @Test
    void fillerCompletesSegmentWithoutVideoInLastPart() {
        List<TsSample> segment = CLIP.segments().get(2);
        List<TsSample> tail = segment.stream().filter(s -> s.kind() == Kind.AUDIO).skip(6).toList();
        List<TsSample> rest = segment.stream().filter(s -> !tail.contains(s)).toList();
        TsReader reader = new TsReader();
        CLIP.mux(List.of(rest, tail), 0).forEach(reader::feed);
        assertCompleteSegment(reader.packets());
        PesPacket filler = reader.finish().pesPackets(TsProgram.VIDEO_PID).getLast();
        assertThat(types(filler.data())).containsExactly(NalUnits.FILLER);
        assertThat(filler.pts90k()).isEqualTo(PesPacket.NO_TIME);
    }

    @Test
    void missingTrackLeavesItsPidUnused() {
        TsReader reader = new TsReader();
        CLIP.mux(List.of(CLIP.of(Kind.AUDIO).subList(0, 30), CLIP.of(Kind.AUDIO).subList(30, 50)), 3)
                .forEach(reader::feed);
        assertThat(reader.packets()).noneMatch(p -> p.pid() == TsProgram.VIDEO_PID && p.hasPayload());
        assertThat(reader.packets())
                .anyMatch(p -> p.pid() == TsProgram.VIDEO_PID && p.pcr90k() >= 0 && p.counter() == 15);
        assertCompleteSegment(reader.packets());
    }

    @Property(tries = 200)
    void spreadsSmallestFramesOverPackets(
            @ForAll @IntRange(min = 1, max = 200) int bytes, @ForAll @IntRange(min = 1, max = 18) int frames) {
        List<TsSample> samples = IntStream.range(0, frames)
                .mapToObj(i -> new TsSample(Kind.AUDIO, i * 20_000L, i * 20_000L, ByteBuffer.allocate(bytes))).toList();
        TsReader reader = new TsReader().feed(CLIP.only(Kind.AUDIO).mux(List.of(samples), 0).getFirst()).finish();
        assertCompleteSegment(reader.packets());
        assertThat(reader.continuityErrors()).isEmpty();
        assertThat(reader.packets()).filteredOn(p -> p.pid() == TsProgram.AUDIO_PID && p.start())
                .allMatch(p -> p.payload().remaining() >= 19);
        assertThat(audioFrames(reader)).hasSize(frames).allMatch(frame -> frame.remaining() == bytes);
    }

    @Test
    void sectionCountersContinueAcrossSegments() {
        for (long segment : new long[]{0, 15, 16, 1_000_003}) {
            TsReader reader = new TsReader().feed(CLIP.mux(List.of(CLIP.segments().getFirst()), segment).getFirst());
            assertThat(reader.packets().subList(0, 2)).allMatch(p -> p.counter() == segment % 16);
        }
    }

    @Test
    void signalsDiscontinuityOnFirstPacketOfEachPid() {
        TsReader reader = new TsReader().feed(new TsSegmentMuxer(CLIP.video(), CLIP.audio(), 5, true)
                .part(CLIP.segments().getFirst(), true));
        List<TsPacket> told = reader.packets().stream().filter(TsPacket::discontinuity).toList();
        assertThat(told).extracting(TsPacket::pid).containsExactly(TsProgram.VIDEO_PID, TsProgram.AUDIO_PID);
        for (TsPacket packet : told) {
            assertThat(reader.packets().stream().filter(p -> p.pid() == packet.pid()).findFirst()).contains(packet);
        }
    }

    @Test
    void timesWrapAt33Bits() {
        long near = (1L << 33) - 900;
        TsReader reader = muxVideo(List.of(new TsSample(Kind.VIDEO, near, near + 1800, accessUnit(nal(5, 30))),
                new TsSample(Kind.VIDEO, near + 12_600, near + 12_600, accessUnit(nal(1, 30)))));
        assertThat(reader.pesPackets()).extracting(PesPacket::pts90k).containsExactly(900L, 11_700L);
        assertThat(reader.pesPackets()).extracting(PesPacket::dts90k).containsExactly(near, 11_700L);
        assertThat(reader.packets().stream().mapToLong(TsPacket::pcr90k).filter(pcr -> pcr >= 0)).containsExactly(
                near - 9000, near, 2700L);
    }

    @Test
    void lowersDtsOrDropsFrameWithEarlierPts() {
        TsSegmentMuxer muxer = new TsSegmentMuxer(CLIP.video(), null, 0, false);
        TsReader reader = new TsReader().feed(muxer.part(List.of(
                new TsSample(Kind.VIDEO, 90_000, 87_000, accessUnit(nal(5, 30))),
                new TsSample(Kind.VIDEO, 93_600, 91_000, accessUnit(nal(1, 31))),
                new TsSample(Kind.VIDEO, 97_200, 91_000, accessUnit(nal(1, 32))),
                new TsSample(Kind.VIDEO, 97_200, 99_000, accessUnit(nal(1, 33)))), true)).finish();
        assertThat(reader.pesPackets()).extracting(PesPacket::dts90k).containsExactly(87_000L, 91_000L, 97_200L);
        assertThat(muxer.droppedFrames()).isEqualTo(1);
    }

    @Test
    void dropsAndCountsUnmuxableFrames() {
        TsSegmentMuxer muxer = new TsSegmentMuxer(CLIP.video(), CLIP.audio(), 0, false);
        muxer.part(List.of(new TsSample(Kind.VIDEO, 0, 0, accessUnit(nal(6, 30))),
                new TsSample(Kind.AUDIO, 0, 0, ByteBuffer.allocate(8185)),
                new TsSample(Kind.AUDIO, 0, 0, ByteBuffer.allocate(8184)),
                new TsSample(Kind.AUDIO, 0, 0, ByteBuffer.allocate(0))), true);
        assertThat(muxer.droppedFrames()).isEqualTo(3);
    }

    @Test
    void audioBatchIsWithin200MsAnd2900Bytes() {
        TsReader reader = new TsReader();
        CLIP.muxAll(new Random(3), 1000).forEach(parts -> parts.forEach(reader::feed));
        assertThat(reader.finish().pesPackets(TsProgram.AUDIO_PID)).allMatch(pes -> pes.data().remaining() <= 2900)
                .anyMatch(pes -> frames(pes.data()).size() >= 4).allMatch(pes -> frames(pes.data()).size() <= 5);
    }

    @Test
    void segmentBeginsWithVideoThenDecodingOrder() {
        TsReader reader = new TsReader().feed(CLIP.mux(List.of(CLIP.segments().get(3)), 0).getFirst());
        List<TsPacket> starts = reader.packets().stream().filter(TsPacket::start).skip(2).toList();
        assertThat(starts.getFirst().randomAccess()).isTrue();
        long last = Long.MIN_VALUE;
        for (TsPacket start : starts.subList(1, starts.size())) {
            ByteBuffer header = start.payload();
            PesPacket times = PesPacket.parse(start.pid(), false, header.duplicate().putShort(4, (short) 0));
            assertThat(times.dts90k()).isGreaterThanOrEqualTo(last);
            last = times.dts90k();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_518, 65_519, 65_520, 200_000})
    void longFrameHasPesLengthZero(int bytes) {
        TsReader reader = muxVideo(List.of(new TsSample(Kind.VIDEO, 9000, 18_000, accessUnit(nal(1, bytes)))));
        assertThat(units(reader.pesPackets().getFirst().data()).getLast().remaining()).isEqualTo(bytes);
        assertCompleteSegment(reader.packets());
    }

    @Test
    void rejectsInvalidSegments() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TsSegmentMuxer(null, null, 0, false));
        TsSegmentMuxer muxer = new TsSegmentMuxer(CLIP.video(), null, 0, false);
        assertThatIllegalArgumentException().isThrownBy(() -> muxer.part(CLIP.of(Kind.AUDIO), false));
        muxer.part(List.of(), true);
        assertThatIllegalStateException().isThrownBy(() -> muxer.part(List.of(), true));
    }

    private static TsReader muxVideo(List<TsSample> samples) {
        TsReader reader = new TsReader().feed(new TsSegmentMuxer(CLIP.video(), null, 0, false).part(samples, true))
                .finish();
        assertThat(reader.continuityErrors()).isEmpty();
        return reader;
    }

    private static ByteBuffer nal(int type, int bytes) {
        return ByteBuffer.allocate(bytes).put(0, (byte) (0x60 | type)).put(bytes - 1, (byte) 0x80);
    }

    private static ByteBuffer accessUnit(ByteBuffer... nals) {
        ByteBuffer unit = ByteBuffer.allocate(IntStream.range(0, nals.length).map(i -> 4 + nals[i].remaining()).sum());
        for (ByteBuffer nal : nals) {
            unit.putInt(nal.remaining()).put(nal.duplicate());
        }
        return unit.flip();
    }

    /** Splits a byte stream into NAL units after four-byte start codes. */
    private static List<ByteBuffer> units(ByteBuffer data) {
        List<ByteBuffer> units = new ArrayList<>();
        int from = -1;
        for (int i = 0; i + 4 <= data.remaining(); i++) {
            if (data.getInt(i) == 1) {
                if (from >= 0) {
                    units.add(data.slice(from, i - from));
                }
                from = i + 4;
            }
        }
        units.add(data.slice(from, data.remaining() - from));
        return units;
    }

    private static List<Integer> types(ByteBuffer data) {
        return units(data).stream().map(unit -> unit.get(0) & 0x1F).toList();
    }

    private static List<ByteBuffer> slices(TsSample sample) {
        List<ByteBuffer> slices = new ArrayList<>();
        NalUnits units = new NalUnits(sample.data(), AVC.nalLengthSize());
        while (units.next()) {
            slices.add(units.unit());
        }
        return slices;
    }

    /** NAL units of each picture in the source, without those added by the muxer. */
    private static List<List<ByteBuffer>> pictures(TsReader reader) {
        List<Integer> added = List.of(NalUnits.ACCESS_UNIT_DELIMITER, NalUnits.SPS, NalUnits.PPS, NalUnits.FILLER);
        return reader.pesPackets(TsProgram.VIDEO_PID).stream()
                .map(pes -> units(pes.data()).stream().filter(unit -> !added.contains(unit.get(0) & 0x1F)).toList())
                .filter(units -> !units.isEmpty()).toList();
    }

    private static List<ByteBuffer> audioFrames(TsReader reader) {
        return reader.pesPackets(TsProgram.AUDIO_PID).stream().flatMap(pes -> frames(pes.data()).stream()).toList();
    }

    private static List<ByteBuffer> frames(ByteBuffer adts) {
        List<ByteBuffer> frames = new ArrayList<>();
        for (int at = 0; at < adts.remaining();) {
            assertThat(adts.getShort(at)).isEqualTo((short) 0xFFF1);
            int length = (adts.get(at + 3) & 3) << 11 | (adts.get(at + 4) & 0xFF) << 3
                    | (adts.get(at + 5) & 0xFF) >>> 5;
            frames.add(adts.slice(at + 7, length - 7));
            at += length;
        }
        return frames;
    }

    /** MP3 frames contain their own headers; the standard that these belong to determines the stream type. */
    @ParameterizedTest
    @CsvSource({"fffb9004, 3", "fff38004, 4"})
    void mp3IsUnchangedInPes(String header, int streamType) {
        ByteBuffer frame = ByteBuffer.allocate(417).put(HexFormat.of().parseHex(header)).rewind();
        var muxer = new TsSegmentMuxer(null, Mp3Config.ofFrame(frame), 0, false);
        List<TsSample> samples = IntStream.range(0, 40)
                .mapToObj(i -> new TsSample(Kind.AUDIO, 900_000 + i * 2351L, 900_000 + i * 2351L, frame)).toList();
        TsReader reader = new TsReader();
        reader.feed(muxer.part(samples.subList(0, 17), false)).feed(muxer.part(samples.subList(17, 40), true));
        assertThat(reader.finish().streamTypes()).containsExactly(Map.entry(TsProgram.AUDIO_PID, streamType));
        ByteBuffer sound = ByteBuffer.allocate(40 * 417);
        reader.pesPackets().forEach(pes -> sound.put(pes.data().duplicate()));
        for (int i = 0; i < 40; i++) {
            assertThat(sound.slice(i * 417, 417)).isEqualTo(frame);
        }
        assertThat(reader.pesPackets()).as("frames share PES packets").hasSizeLessThan(20)
                .allSatisfy(pes -> assertThat((pes.pts90k() - 900_000) % 2351).isZero());
        assertCompleteSegment(reader.packets());
    }
}
