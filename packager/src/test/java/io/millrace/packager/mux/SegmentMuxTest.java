package io.millrace.packager.mux;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.mpegts.PesPacket;
import io.millrace.media.mpegts.TsReader;
import io.millrace.packager.WrittenLog;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SegmentMuxTest {
    private static final int AUDIO_PID = 0x101;
    private static final int VIDEO_PID = 0x100;

    private final WrittenLog log = new WrittenLog().publish(7, 9, "live/show");

    private List<Packet> packets(Cut cut) {
        return cut.samples().stream()
                .map(s -> log.packets.get((int) cut.packets().firstOffset() + s.offsetDelta()).value())
                .toList();
    }

    private List<MuxedPart> muxAll() {
        List<MuxedPart> parts = new ArrayList<>();
        SegmentMux mux = null;
        for (WrittenLog.Entry<Cut> entry : log.cuts) {
            mux = entry.value().id().isFirst() ? new SegmentMux(RenditionId.TS, entry.value()) : mux;
            parts.add(mux.mux(entry.value(), packets(entry.value())));
        }
        return parts;
    }

    @Test
    void segmentsJoinAndHaveEveryFrame() {
        TsReader reader = new TsReader();
        muxAll().forEach(part -> reader.feed(part.part().bytes().duplicate()));
        assertThat(reader.finish().continuityErrors()).isEmpty();
        long pictures = log.packets.stream().filter(e -> e.value().kind() == Packet.Kind.VIDEO && !e.value().isConfig())
                .count();
        assertThat(reader.pesPackets(VIDEO_PID)).filteredOn(pes -> pes.pts90k() != PesPacket.NO_TIME)
                .hasSize((int) pictures);
    }

    @Test
    void timesAreCutTimesPlusTenSeconds() {
        TsReader reader = new TsReader();
        muxAll().forEach(part -> reader.feed(part.part().bytes().duplicate()));
        Cut first = log.cuts.getFirst().value();
        PesPacket picture = reader.finish().pesPackets(VIDEO_PID).getFirst();
        assertThat(picture.dts90k()).isEqualTo(first.samples().getFirst().dts() + 900_000);
        assertThat(picture.pts90k() - picture.dts90k()).isEqualTo(first.samples().getFirst().compositionTicks());
        Cut.Sample frame = first.samples().stream().filter(s -> s.kind() == Packet.Kind.AUDIO).findFirst()
                .orElseThrow();
        assertThat(reader.pesPackets(AUDIO_PID).getFirst().pts90k()).isEqualTo(frame.dts() * 90_000 / 22_050 + 900_000);
    }

    @Test
    void sameInputResultsInSameBytes() {
        assertThat(muxAll()).isEqualTo(muxAll());
    }

    @Test
    void indexEntryDescribesPart() {
        List<MuxedPart> parts = muxAll();
        IndexEntry first = parts.getFirst().entry(4711);
        Cut cut = log.cuts.getFirst().value();
        assertThat(first).isEqualTo(new IndexEntry(new PartId(7, 0, 0), false, RenditionId.TS,
                new PartPlace(4711, parts.getFirst().part().bytes().remaining(), parts.getFirst().part().check()),
                cut.times(), true,
                new Keyframe(7, cut.packets().firstOffset(), 0), new SegmentStart(true, false, 0, 1)));
        assertThat(log.packets.get((int) first.keyframe().offset()).value().isKeyframe()).isTrue();
        assertThat(parts.get(1).entry(0).keyframe().offset()).isEqualTo(Keyframe.NONE);
    }

    @Test
    void rejectsUnknownRules() {
        Cut cut = log.cuts.getFirst().value();
        EpochRules future = new EpochRules(EpochRules.CURRENT_VERSION + 1, 1, 1, 1, 1, List.of(Format.TS));
        assertThatThrownBy(() -> new SegmentMux(RenditionId.TS, withRules(cut, future)))
                .isInstanceOf(UnsupportedException.class);
    }

    /** The cuts of a stream with AV1 list its video frames; TS contains only the audio. */
    @Test
    void omitsTrackThatFormatCannotCarry() {
        Cut first = log.cuts.getFirst().value();
        SegmentMux mux = new SegmentMux(RenditionId.TS, withCodecs(first, "AV1", "AAC"));
        MuxedPart part = mux.mux(withCodecs(first, "AV1", "AAC"), packets(first));
        TsReader reader = new TsReader();
        reader.feed(part.part().bytes().duplicate());
        reader.finish();
        assertThat(reader.pesPackets(AUDIO_PID)).isNotEmpty();
        assertThat(reader.pesPackets(VIDEO_PID)).isEmpty();
        assertThat(mux.droppedFrames()).isZero();
        assertThat(part.entry(0).keyframe().offset()).as("where FLV begins").isEqualTo(first.packets().firstOffset());
    }

    @ParameterizedTest
    @CsvSource({"AVC, AAC, true", "AVC, OPUS, true", "HEVC, AAC, true", "HEVC, OPUS, false", "AV1,, false",
        ", MP3, true", "HEVC, MP3, true", "A_CODEC_OF_LATER,, false"})
    void knowsWhetherFormatCarriesAnyTrack(String video, String audio, boolean any) {
        assertThat(SegmentMux.carriesAny(RenditionId.TS, withCodecs(log.cuts.getFirst().value(), video, audio)))
                .isEqualTo(any);
    }

    private static Cut withCodecs(Cut cut, String video, String audio) {
        Cut.SegmentHead h = cut.head();
        return cut.withHead(new Cut.SegmentHead(h.rules(), h.start(), WrittenLog.recoded(h.tracks(), video, audio),
                h.originMs(), h.timestampOffsetMs(), h.state()));
    }

    private static Cut withRules(Cut cut, EpochRules rules) {
        Cut.SegmentHead h = cut.head();
        return cut.withHead(new Cut.SegmentHead(rules, h.start(), h.tracks(), h.originMs(), h.timestampOffsetMs(),
                h.state()));
    }

    @Test
    void rejectsMissingPartsAndWrongPackets() {
        Cut first = log.cuts.getFirst().value();
        Cut third = log.cuts.get(2).value();
        assertThatIllegalArgumentException().isThrownBy(() -> new SegmentMux(RenditionId.TS, third));
        assertThatIllegalArgumentException().isThrownBy(() -> {
            SegmentMux mux = new SegmentMux(RenditionId.TS, first);
            mux.mux(first, packets(first));
            mux.mux(third, packets(third));
        });
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SegmentMux(RenditionId.TS, first).mux(first, packets(first).reversed()));
    }

    /** An epoch keeps its rules: parts that are muxed again after an upgrade have the same bytes. */
    @ParameterizedTest
    @CsvSource({"1, false", "2, true"})
    void muxesMp3OnlySinceRules2(int version, boolean muxed) {
        Cut first = withCodecs(log.cuts.getFirst().value(), null, "MP3");
        EpochRules rules = new EpochRules(version, 1, 1, 1, 1, List.of(Format.TS));
        assertThat(SegmentMux.carriesAny(RenditionId.TS, withRules(first, rules))).isEqualTo(muxed);
    }
}
