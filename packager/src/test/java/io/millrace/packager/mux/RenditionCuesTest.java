package io.millrace.packager.mux;

import io.millrace.packager.WrittenLog;
import io.millrace.platform.log.Cue;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Index entries and gaps have the cues of the cuts. */
class RenditionCuesTest {
    private static final Cue FIRST = new Cue("a@5", 5, new Cue.Place(0, 0, 10), 1_000, 1_000, Cue.UNKNOWN, List.of());
    private static final Cue SECOND = new Cue("b@6", 6, new Cue.Place(0, 0, 20), 1_010, 1_010, Cue.UNKNOWN, List.of());

    private WrittenLog log;
    private Cut first;
    private Cut second;
    private Rendition rendition;

    @BeforeEach
    void cut() {
        log = new WrittenLog().publish(7, 9, "live/show");
        first = log.cuts.get(0).value().withCues(List.of(FIRST));
        second = log.cuts.get(1).value().withCues(List.of(FIRST, SECOND));
        rendition = new Rendition(RenditionId.TS, first);
    }

    private List<Packet> packets(Cut cut) {
        return cut.samples().stream().map(sample -> log.packets.get((int) cut.packets().offsetOf(sample)).value())
                .toList();
    }

    @Test
    void entryHasThoseUpToItsPart() {
        assertThat(rendition.mux(first, packets(first)).orElseThrow().entry(0).start().cues()).containsExactly(FIRST);
        assertThat(rendition.mux(second, packets(second)).orElseThrow().entry(0).start().cues())
                .containsExactly(FIRST, SECOND);
    }

    @Test
    void gapHasThoseOfAllItsParts() {
        rendition.missing(first, Gap.Reason.MEDIA);
        assertThat(rendition.gap().start().cues()).containsExactly(FIRST);
        rendition.missing(second, Gap.Reason.MEDIA);
        assertThat(rendition.gap().start().cues()).containsExactly(FIRST, SECOND);
        assertThat(rendition.gap().id()).isEqualTo(first.id());
    }
}
