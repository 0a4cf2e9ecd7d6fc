package io.millrace.packager.loop;

import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.testkit.Records.PartSpec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether a gap counts, which has to be the same here and for the readers of the index ({@code Segment} in edge). */
class RecordedGapsTest {
    private static final String STREAM = "live/a";
    private static final PartSpec SEGMENT = new PartSpec(7, 3);

    private static boolean isGap(IndexedPart... index) {
        RecordedGaps gaps = new RecordedGaps();
        for (int offset = 0; offset < index.length; offset++) {
            gaps.add(offset, STREAM, index[offset]);
        }
        gaps.complete(index.length, 0);
        return gaps.contains(STREAM, new PartId(7, 3, 0), RenditionId.TS);
    }

    @Test
    void gapAfterEarlierPartsCounts() {
        assertThat(isGap(SEGMENT.part(0, false, 0), SEGMENT.gap(1))).isTrue();
    }

    /** Of two packagers, one has written the part, and the other one could not mux it. */
    @Test
    void gapOfWrittenPartCounts() {
        assertThat(isGap(SEGMENT.part(0, false, 0), SEGMENT.part(1, false, 1), SEGMENT.gap(0))).isTrue();
    }

    @Test
    void gapAfterLastPartIsVoid() {
        assertThat(isGap(SEGMENT.part(0, false, 0), SEGMENT.part(1, true, 1), SEGMENT.gap(0))).isFalse();
    }
}
