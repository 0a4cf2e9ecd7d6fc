package io.millrace.edge.log;

import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

class DerivedSegmentTest {
    private long offset = 100;

    private CmafSegment written(boolean lastHasSound) {
        return new CmafSegment(_ -> offset++, lastHasSound);
    }

    private static DerivedSegment of(List<PartPlace> places) {
        return new DerivedSegment("live/show", RenditionId.TS, CmafSegment.FIRST, places);
    }

    private static List<ByteBuffer> made(DerivedSegment segment, Iterator<ByteBuffer> read) {
        List<ByteBuffer> parts = new ArrayList<>();
        segment.make(CmafSegment.START, read, parts::add);
        return parts;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hasBytesOfMuxedSegment(boolean lastHasSound) {
        CmafSegment written = written(lastHasSound);
        DerivedSegment segment = of(written.places);
        assertThat(segment.records()).extracting(PartReader.PartKey::id, PartReader.PartKey::rendition)
                .containsExactlyElementsOf(written.records.stream()
                        .map(part -> tuple(part.id(), part.rendition())).toList());
        assertThat(made(segment, written.records.stream().map(Part::bytes).iterator())).isEqualTo(written.muxed);
        assertThat(segment.sizeBytes()).isEqualTo(written.segment().remaining());
    }

    @Test
    void rejectsResultThatDiffersFromIndex() {
        CmafSegment written = written(true);
        PartPlace first = written.places.getFirst();
        List<PartPlace> places = new ArrayList<>(written.places);
        places.set(0, new PartPlace(first.offset(), first.sizeBytes(), 0, first.check() + 1, 0, first.sources()));
        assertThatThrownBy(() -> made(of(places), written.records.stream().map(Part::bytes).iterator()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part 0 of segment 4 of live/show differs from the index if it is made from CMAF");
    }

    @Test
    void isRetainedWhileOldestSourceIs() {
        assertThat(written(true).places).extracting(PartPlace::offset).containsExactly(100L, 102L, 104L);
    }
}
