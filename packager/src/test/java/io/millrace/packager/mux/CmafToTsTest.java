package io.millrace.packager.mux;

import io.millrace.media.remux.CmafToTs;
import io.millrace.packager.WrittenLog;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** MPEG-TS that readers make from CMAF is what the packager muxes. */
class CmafToTsTest {
    @Test
    void hasBytesOfMuxedPartsWithBFrames() {
        var log = new WrittenLog(Format.CMAF, Format.TS).publish(7, 9, "live/show");
        List<Cut> cuts = log.cuts.stream().map(WrittenLog.Entry::value).toList();
        compare(cuts, offset -> log.packets.get(offset.intValue()).value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hevc.mp4", "/h264-mp3.mp4", "/h264-ac3.mp4", "/h264-eac3.mp4"})
    void hasBytesOfMuxedParts(String clip) {
        var source = new Mp4Clip(clip, 6, Format.CMAF, Format.TS);
        compare(source.cuts, offset -> source.packets.get(offset.intValue()));
    }

    private static void compare(List<Cut> cuts, Function<Long, Packet> packets) {
        List<RenditionId> sources = List.of();
        Map<RenditionId, SegmentMux> muxers = Map.of();
        SegmentMux direct = null;
        CmafToTs derived = null;
        for (Cut cut : cuts) {
            List<Packet> of = cut.samples().stream().map(s -> packets.apply(cut.packets().offsetOf(s))).toList();
            if (cut.id().isFirst()) {
                sources = Renditions.sources(RenditionId.TS, cut.head());
                muxers = sources.stream().collect(Collectors.toMap(each -> each, each -> new SegmentMux(each, cut)));
                direct = new SegmentMux(RenditionId.TS, cut);
            }
            List<ByteBuffer> chunks = new ArrayList<>();
            List<ByteBuffer> inits = new ArrayList<>();
            for (RenditionId source : sources) {
                MuxedPart muxed = muxers.get(source).mux(cut, of);
                ByteBuffer all = muxed.part().bytes();
                inits.add(all.slice(all.position(), muxed.initBytes()));
                chunks.add(all.slice(all.position() + muxed.initBytes(), all.remaining() - muxed.initBytes()));
            }
            if (cut.id().isFirst()) {
                derived = new CmafToTs(inits, cut.id().segment(), cut.head().start().discontinuous());
            }
            Part part = direct.mux(cut, of).part();
            assertThat(derived.part(chunks, cut.last())).as("%s", cut.id()).isEqualTo(part.bytes());
        }
        assertThat(cuts).hasSizeGreaterThan(1);
    }
}
