package io.millrace.ingest.publish;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PreambleTest {
    private final Preamble preamble = new Preamble();

    @Test
    void containsLatestConfigurationOfEachTrack() {
        remember(Packet.Kind.VIDEO, 0, true, "9076703039" + "000a820202020000");
        remember(Packet.Kind.VIDEO, 0, true, "d476703039" + "02");
        remember(Packet.Kind.AUDIO, 0, true, "af001190");
        remember(Packet.Kind.AUDIO, 1, true, "95006d703461011190");
        remember(Packet.Kind.AUDIO, 0, true, "946d7034610102");
        remember(Packet.Kind.VIDEO, 0, false, "917670303982");
        remember(Packet.Kind.DATA, 0, false, "02000a6f6e4d65746144617461");
        remember(Packet.Kind.DATA, 0, false, "0200066f6e43756550");
        remember(Packet.Kind.AUDIO, 0, true, "af001188");
        List<Packet> packets = preamble.packets(7, new TrackSet("VP9", "AAC"), 8, 9);
        assertThat(packets).extracting(p -> HexFormat.of().formatHex(p.body().array())).containsExactly(
                "02000a6f6e4d65746144617461", "9076703039000a820202020000", "d47670303902", "af001188",
                "95006d703461011190", "946d7034610102");
        assertThat(packets).extracting(Packet::seq).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(packets).allMatch(p -> p.session() == 7 && p.arrivalUs() == 8 && p.timestampMs() == 9);
        assertThat(packets).extracting(Packet::track).containsExactly(0, 0, 0, 0, 1, 0);
    }

    /** A player of the new codec, or without the track, would fail at it. */
    @Test
    void leavesOutConfigurationsOfFormerTracks() {
        remember(Packet.Kind.VIDEO, 0, true, "9076703039" + "000a820202020000");
        remember(Packet.Kind.AUDIO, 0, true, "af001190");
        remember(Packet.Kind.AUDIO, 1, true, "95006d703461011190");
        assertThat(preamble.packets(7, new TrackSet("AVC", null), 8, 9))
                .extracting(p -> HexFormat.of().formatHex(p.body().array())).containsExactly("95006d703461011190");
    }

    private void remember(Packet.Kind kind, int track, boolean config, String hex) {
        preamble.remember(new Packet(1, 2, 3, 4, 0, kind, track, config ? Packet.Content.CONFIG : Packet.Content.OTHER,
                ByteBuffer.wrap(HexFormat.of().parseHex(hex))));
    }
}
