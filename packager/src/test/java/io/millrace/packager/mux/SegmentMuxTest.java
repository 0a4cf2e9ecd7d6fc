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
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
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
    @CsvSource({"AVC, AAC, true", "AVC, OPUS, true", "HEVC, OPUS, true", "AV1, AAC, true", "AV1, OPUS, false",
        "AV1,, false",
        ", MP3, true", "HEVC, MP3, true", "A_CODEC_OF_LATER,, false"})
    void knowsWhetherFormatCarriesAnyTrack(String video, String audio, boolean any) {
        assertThat(Renditions.of(withCodecs(log.cuts.getFirst().value(), video, audio).head()))
                .hasSize(any ? 1 : 0);
    }

    /** A second audio track on the PID of the first would break both. */
    @Test
    void rejectsRenditionWithTwoTracksOfOneKind() {
        Cut cut = withSecondAudio(log.cuts.getFirst().value());
        assertThatThrownBy(() -> new SegmentMux(rendition(new TrackId(Packet.Kind.AUDIO, 0),
                new TrackId(Packet.Kind.AUDIO, 1)), cut)).isInstanceOf(UnsupportedException.class);
        assertThat(new SegmentMux(RenditionId.TS, cut).mux(cut, packets(cut)).part().bytes())
                .as("the default tracks").isEqualTo(muxAll().getFirst().part().bytes());
    }

    @Test
    void renditionOfNamedAudioTrackHasItsFramesOnly() {
        Cut first = log.cuts.getFirst().value();
        Cut cut = ofSecondAudio(withSecondAudio(first));
        MuxedPart part = new SegmentMux(rendition(new TrackId(Packet.Kind.AUDIO, 1)), cut).mux(cut, packets(cut));
        TsReader reader = new TsReader();
        reader.feed(part.part().bytes().duplicate());
        reader.finish();
        assertThat(reader.pesPackets(VIDEO_PID)).isEmpty();
        assertThat(reader.pesPackets(AUDIO_PID)).isNotEmpty();
        Cut.Sample frame = cut.samples().stream().filter(s -> s.track() == 1).findFirst().orElseThrow();
        assertThat(part.entry(0).keyframe().offset()).as("where FLV begins").isEqualTo(cut.packets().offsetOf(frame));
    }

    /** Times of samples are in the track's time scale, which is not always the sample rate. */
    @Test
    void audioTimesHaveTimescaleOfTrack() {
        Cut first = log.cuts.getFirst().value();
        Cut.SegmentHead h = first.head();
        Cut scaled = new Cut(first.id(), first.session(), first.last(), first.independent(), first.packets(),
                first.times(), new Cut.SegmentHead(h.rules(), h.start(), h.tracks().stream()
                        .map(t -> t.kind() == Packet.Kind.AUDIO ? retimed(t, 2 * 22_050) : t).toList(), h.originMs(),
                        h.timestampOffsetMs(), h.state()),
                first.samples().stream().map(s -> s.kind() == Packet.Kind.AUDIO
                        ? new Cut.Sample(s.offsetDelta(), s.kind(), s.track(), 2 * s.dts(), 2 * s.compositionTicks(),
                                2 * s.duration(), s.keyframe())
                        : s).toList());
        assertThat(new SegmentMux(RenditionId.TS, scaled).mux(scaled, packets(scaled)).part().bytes())
                .isEqualTo(muxAll().getFirst().part().bytes());
    }

    private static RenditionId rendition(TrackId... tracks) {
        return new RenditionId(Format.TS, List.of(tracks));
    }

    private static Track retimed(Track t, int timescale) {
        return new Track(t.id(), t.kind(), t.codec(), t.config(), timescale, t.language(), t.name());
    }

    private static Cut withSecondAudio(Cut cut) {
        Cut.SegmentHead h = cut.head();
        List<Track> tracks = new ArrayList<>(h.tracks());
        Track audio = h.track(Packet.Kind.AUDIO).orElseThrow();
        tracks.add(new Track(1, audio.kind(), audio.codec(), audio.config(), audio.timescale(), "ja", null));
        return cut.withHead(new Cut.SegmentHead(h.rules(), h.start(), tracks, h.originMs(), h.timestampOffsetMs(),
                h.state()));
    }

    /** Its audio frames are those of the second track. */
    private static Cut ofSecondAudio(Cut cut) {
        return new Cut(cut.id(), cut.session(), cut.last(), cut.independent(), cut.packets(), cut.times(), cut.head(),
                cut.samples().stream().map(s -> s.kind() == Packet.Kind.AUDIO
                        ? new Cut.Sample(s.offsetDelta(), s.kind(), 1, s.dts(), s.compositionTicks(),
                                s.duration(), s.keyframe())
                        : s).toList());
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
        assertThat(Renditions.of(withRules(first, rules).head())).hasSize(muxed ? 1 : 0);
    }
}
