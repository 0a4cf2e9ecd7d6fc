package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.mpegts.TsSample.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** HEVC, AC-3 and E-AC-3, recorded from FFmpeg 8. */
class TsCodecsTest {
    private static final String FILES = "/io/millrace/media/flv/enhanced-";
    private static final Clip HEVC = Clip.load(FILES + "hevc-aac.flv");
    private static final int VIDEO = TsProgram.VIDEO_PID;
    private static final int AUDIO = TsProgram.AUDIO_PID;

    record Announced(Clip clip, Map<Integer, Integer> types, Map<Integer, String> registrations, int audioStreamId) {}

    static final List<Announced> CLIPS = List.of(
            new Announced(HEVC, Map.of(VIDEO, 0x24, AUDIO, 0x0F), Map.of(VIDEO, "HEVC"), 0xC0),
            new Announced(Clip.load(FILES + "avc-ac3.flv"), Map.of(VIDEO, 0x1B, AUDIO, 0x81), Map.of(AUDIO, "AC-3"),
                    0xBD),
            new Announced(Clip.load(FILES + "avc-eac3.flv"), Map.of(VIDEO, 0x1B, AUDIO, 0x87), Map.of(AUDIO, "EAC3"),
                    0xBD));

    @ParameterizedTest
    @FieldSource("CLIPS")
    void announcesTracksAndContinues(Announced row) {
        TsReader reader = new TsReader();
        row.clip().muxAll(new Random(4), 6).forEach(parts -> {
            parts.forEach(reader::feed);
            reader.finish();
        });
        assertThat(reader.streamTypes()).isEqualTo(row.types());
        assertThat(reader.registrations()).isEqualTo(row.registrations());
        assertThat(reader.continuityErrors()).isEmpty();
        assertThat(reader.pesPackets(VIDEO)).allMatch(pes -> pes.streamId() == 0xE0);
        assertThat(reader.pesPackets(AUDIO)).allMatch(pes -> pes.streamId() == row.audioStreamId());
        List<TsSample> pictures = row.clip().of(Kind.VIDEO);
        assertThat(reader.pesPackets(VIDEO).stream().map(PesPacket::pts90k).filter(pts -> pts != PesPacket.NO_TIME))
                .isEqualTo(pictures.stream().map(TsSample::pts90k).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"avc-ac3", "avc-eac3"})
    void dolbyFramesAreUnchanged(String file) {
        Clip clip = Clip.load(FILES + file + ".flv");
        TsReader reader = new TsReader();
        clip.muxAll(new Random(4), 6).forEach(parts -> parts.forEach(reader::feed));
        ByteWriter sent = new ByteWriter();
        clip.of(Kind.AUDIO).forEach(sample -> sent.bytes(sample.data()));
        ByteWriter muxed = new ByteWriter();
        reader.finish().pesPackets(AUDIO).forEach(pes -> muxed.bytes(pes.data()));
        assertThat(muxed.view()).isEqualTo(sent.view());
    }

    /** TS 101 154, 5.14.1.8: each access unit has a delimiter, and each random access point VPS, SPS and PPS. */
    @Test
    void hevcHasDelimitersAndParameterSets() {
        TsReader reader = new TsReader();
        HEVC.muxAll(new Random(1), 5).forEach(parts -> parts.forEach(reader::feed));
        List<PesPacket> pictures = reader.finish().pesPackets(VIDEO).stream()
                .filter(pes -> pes.pts90k() != PesPacket.NO_TIME).toList();
        List<TsSample> samples = HEVC.of(Kind.VIDEO);
        assertThat(pictures).hasSameSizeAs(samples);
        for (int n = 0; n < pictures.size(); n++) {
            List<Integer> types = types(pictures.get(n).data());
            boolean key = HEVC.isKeyframe(samples.get(n));
            assertThat(pictures.get(n).randomAccess()).isEqualTo(key);
            assertThat(types).startsWith(key
                    ? new Integer[]{HevcNal.ACCESS_UNIT_DELIMITER, HevcNal.VPS, HevcNal.SPS, HevcNal.PPS}
                    : new Integer[]{HevcNal.ACCESS_UNIT_DELIMITER});
            assertThat(types.stream().filter(HevcNal::isIrap).count() > 0).isEqualTo(key);
            assertThat(slices(pictures.get(n).data())).isEqualTo(slices(samples.get(n)));
        }
    }

    /** An encoder's own parameter sets replace those of its configuration; its delimiter and filler are dropped. */
    @Test
    void keepsOwnHevcParameterSets() {
        ByteBuffer vps = nal(HevcNal.VPS, 1, 9);
        ByteBuffer unit = accessUnit(nal(35, 1, 3), nal(39, 1, 6), vps, nal(38, 1, 40), nal(21, 1, 30), nal(40, 1, 5));
        ByteBuffer data = mux((HevcConfig) HEVC.video(), unit).getFirst().data();
        assertThat(types(data)).containsExactly(35, 32, 33, 34, 39, 21, 40);
        assertThat(units(data)).contains(vps);
    }

    /** H.265, 7.4.2.2: delimiter and filler have the temporal sub-layer of their picture. */
    @Test
    void delimiterAndFillerHaveTemporalIdOfPicture() {
        var muxer = new TsSegmentMuxer(HEVC.video(), HEVC.audio(), 0, false);
        TsReader reader = new TsReader()
                .feed(muxer.part(List.of(new TsSample(Kind.VIDEO, 9000, 9000, accessUnit(nal(19, 1, 30))),
                        new TsSample(Kind.VIDEO, 12_600, 12_600, accessUnit(nal(0, 3, 30)))), false))
                .feed(muxer.part(List.of(), true)).finish();
        List<ByteBuffer> units = reader.pesPackets(VIDEO).stream().flatMap(pes -> units(pes.data()).stream()).toList();
        assertThat(units).filteredOn(unit -> type(unit) == HevcNal.ACCESS_UNIT_DELIMITER)
                .containsExactly(hex("460150"), hex("460350"));
        assertThat(units.getLast().get(0)).isEqualTo((byte) (HevcNal.FILLER << 1));
        assertThat(units.getLast().get(1)).isEqualTo((byte) 3);
        assertThat(reader.continuityErrors()).isEmpty();
    }

    @Test
    void unitWithoutWholeHeaderIsKept() {
        ByteBuffer data = mux((HevcConfig) HEVC.video(), accessUnit(hex("02"))).getFirst().data();
        assertThat(units(data).getFirst()).isEqualTo(hex("460150"));
    }

    /** x265 puts HDR metadata only into the configuration record, which MPEG-TS does not have. */
    @Test
    void hdrMetadataOfRecordPrecedesKeyframes() {
        HevcConfig plain = (HevcConfig) HEVC.video();
        ByteBuffer light = hex("4e01 90 04 03e80190 80");
        HevcConfig hdr = HevcConfig.parse(withSei(plain.record(), light, nal(39, 1, 200)));
        assertThat(hdr.hdrUnits()).containsExactly(light);
        List<PesPacket> pictures = mux(hdr, accessUnit(nal(19, 1, 30)), accessUnit(nal(1, 1, 30)));
        assertThat(types(pictures.get(0).data())).containsExactly(35, 32, 33, 34, 39, 19);
        assertThat(units(pictures.get(0).data()).get(4)).isEqualTo(light);
        assertThat(types(pictures.get(1).data())).startsWith(35, 1);
    }

    @Test
    void carriesWhatItCanMux() {
        assertThat(Arrays.stream(Codec.values()).filter(TsSegmentMuxer::carries)).containsExactly(Codec.AVC,
                Codec.HEVC, Codec.AAC, Codec.MP3, Codec.AC3, Codec.EAC3);
        Clip vp9 = Clip.load(FILES + "vp9-flac.flv");
        assertThatThrownBy(() -> new TsSegmentMuxer(vp9.video(), null, 0, false)).hasMessageContaining("H.264 or HEVC");
        assertThatThrownBy(() -> new TsSegmentMuxer(null, vp9.audio(), 0, false)).hasMessageContaining("E-AC-3");
    }

    private static ByteBuffer withSei(ByteBuffer record, ByteBuffer... units) {
        int arrays = record.get(22);
        ByteWriter out = new ByteWriter().bytes(record).uint8(39).uint16(units.length);
        for (ByteBuffer unit : units) {
            out.uint16(unit.remaining()).bytes(unit);
        }
        return ByteBuffer.wrap(out.toByteArray()).put(22, (byte) (arrays + 1));
    }

    private static List<PesPacket> mux(HevcConfig config, ByteBuffer... accessUnits) {
        List<TsSample> samples = new ArrayList<>();
        for (ByteBuffer unit : accessUnits) {
            long time = 9000 + 3600 * samples.size();
            samples.add(new TsSample(Kind.VIDEO, time, time, unit));
        }
        TsReader reader = new TsReader().feed(new TsSegmentMuxer(config, null, 0, false).part(samples, true)).finish();
        assertThat(reader.continuityErrors()).isEmpty();
        return reader.pesPackets();
    }

    private static ByteBuffer nal(int type, int temporalIdPlus1, int bytes) {
        return ByteBuffer.allocate(bytes).put(0, (byte) (type << 1)).put(1, (byte) temporalIdPlus1)
                .put(bytes - 1, (byte) 0x80);
    }

    private static ByteBuffer accessUnit(ByteBuffer... nals) {
        ByteWriter out = new ByteWriter();
        for (ByteBuffer nal : nals) {
            out.uint32(nal.remaining()).bytes(nal);
        }
        return out.view();
    }

    private static int type(ByteBuffer unit) {
        return HevcNal.type(unit.get(0));
    }

    private static List<Integer> types(ByteBuffer data) {
        return units(data).stream().map(TsCodecsTest::type).toList();
    }

    private static List<ByteBuffer> slices(ByteBuffer data) {
        return units(data).stream().filter(unit -> HevcNal.isPicture(type(unit))).toList();
    }

    private static List<ByteBuffer> slices(TsSample sample) {
        List<ByteBuffer> slices = new ArrayList<>();
        NalUnits units = new NalUnits(sample.data(), 4);
        while (units.next()) {
            if (HevcNal.isPicture(type(units.unit()))) {
                slices.add(units.unit());
            }
        }
        return slices;
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

    private static ByteBuffer hex(String bytes) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(bytes.replace(" ", "")));
    }
}
