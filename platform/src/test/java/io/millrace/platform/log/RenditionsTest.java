package io.millrace.platform.log;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RenditionsTest {
    private static final Track AVC = track(Packet.Kind.VIDEO, 0, "AVC");
    private static final Track AV1 = track(Packet.Kind.VIDEO, 0, "AV1");
    private static final Track AAC = track(Packet.Kind.AUDIO, 0, "AAC");
    private static final Track SECOND_AAC = track(Packet.Kind.AUDIO, 1, "AAC");

    private static Track track(Packet.Kind kind, int id, String codec) {
        return new Track(id, kind, codec, ByteBuffer.allocate(0));
    }

    private static EpochRules rules(int version, Format... formats) {
        return new EpochRules(version, 2_000, 500, 30_000, 30_000, List.of(formats));
    }

    private static RenditionId cmaf(Packet.Kind kind, int id) {
        return RenditionId.cmaf(new TrackId(kind, id));
    }

    @Test
    void tsHasDefaultTracksAndCmafEachTrack() {
        assertThat(Renditions.of(rules(7, Format.CMAF, Format.TS), List.of(AVC, AAC, SECOND_AAC))).containsExactly(
                cmaf(Packet.Kind.VIDEO, 0), cmaf(Packet.Kind.AUDIO, 0), cmaf(Packet.Kind.AUDIO, 1), RenditionId.TS);
        assertThat(Renditions.of(rules(7, Format.TS, Format.TS), List.of(AVC, AAC))).containsExactly(RenditionId.TS);
    }

    @Test
    void formatWithoutCarriedTrackIsAbsent() {
        assertThat(Renditions.of(rules(7, Format.TS, Format.CMAF), List.of(AV1)))
                .containsExactly(cmaf(Packet.Kind.VIDEO, 0));
        assertThat(Renditions.of(rules(7, Format.TS), List.of(SECOND_AAC))).isEmpty();
        assertThat(Renditions.of(rules(7, Format.TS, Format.CMAF), List.of(track(Packet.Kind.AUDIO, 0, "NONE"))))
                .isEmpty();
    }

    @Test
    void cmafBeginsWithRulesVersion7() {
        assertThat(Renditions.of(rules(6, Format.CMAF, Format.TS), List.of(AVC, AAC))).containsExactly(RenditionId.TS);
    }
}
