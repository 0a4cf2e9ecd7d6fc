package io.millrace.ingest.publish;

import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrackWatchTest {
    private static final TrackSet BOTH = new TrackSet("AVC", "AAC");

    private final TrackWatch watch = new TrackWatch();

    private void frame(Packet.Kind kind, long timestampMs) {
        watch.received(new Packet(1, 0, 0, timestampMs, 0, kind, 0, Packet.Content.OTHER, ByteBuffer.allocate(8)),
                BOTH);
    }

    private void frames(Packet.Kind kind, long fromMs, long toMs, int stepMs) {
        for (long ms = fromMs; ms <= toMs; ms += stepMs) {
            frame(kind, ms);
        }
    }

    @Test
    void trackIsGoneAfterTenSecondsOfOther() {
        for (Packet.Kind kind : new Packet.Kind[]{Packet.Kind.VIDEO, Packet.Kind.AUDIO}) {
            Packet.Kind other = kind == Packet.Kind.VIDEO ? Packet.Kind.AUDIO : Packet.Kind.VIDEO;
            frame(kind, 0);
            frame(other, 0);
            frames(kind, 40, TrackWatch.SILENCE_MS, 40);
            assertThat(watch.tracks()).isEqualTo(BOTH);
            frame(kind, TrackWatch.SILENCE_MS + 1);
            assertThat(watch.tracks())
                    .isEqualTo(kind == Packet.Kind.VIDEO ? new TrackSet("AVC", null) : new TrackSet(null, "AAC"));
            frame(other, TrackWatch.SILENCE_MS + 2);
            assertThat(watch.tracks()).isEqualTo(BOTH);
        }
    }

    @Test
    void jumpOfTimestampsIsNoSilence() {
        frame(Packet.Kind.AUDIO, 0);
        frame(Packet.Kind.VIDEO, 0);
        frame(Packet.Kind.VIDEO, 3_600_000);
        frame(Packet.Kind.VIDEO, 40);
        frame(Packet.Kind.VIDEO, 3_600_000);
        assertThat(watch.tracks()).isEqualTo(BOTH);
    }

    @Test
    void configurationsAndOtherTracksEndNoSilence() {
        frame(Packet.Kind.AUDIO, 0);
        frames(Packet.Kind.VIDEO, 0, 9_000, 500);
        watch.received(
                new Packet(1, 0, 0, 9_000, 0, Packet.Kind.AUDIO, 0, Packet.Content.CONFIG, ByteBuffer.allocate(8)),
                BOTH);
        watch.received(
                new Packet(1, 0, 0, 9_000, 0, Packet.Kind.AUDIO, 1, Packet.Content.OTHER, ByteBuffer.allocate(8)),
                BOTH);
        frames(Packet.Kind.VIDEO, 9_500, 10_500, 500);
        assertThat(watch.tracks()).isEqualTo(new TrackSet("AVC", null));
    }
}
