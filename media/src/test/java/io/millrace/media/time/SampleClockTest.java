package io.millrace.media.time;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SampleClockTest {
    private final SampleClock clock = new SampleClock(48_000);

    private long[] place(long... stampsMs) {
        return LongStream.of(stampsMs).map(stampMs -> clock.place(stampMs, 1024)).toArray();
    }

    @Test
    void countsThroughJitter() {
        assertThat(place(0, 21, 43, 64, 85)).containsExactly(0, 1024, 2048, 3072, 4096);
    }

    @Test
    void reanchorsBeyond40MsOfDrift() {
        assertThat(place(0, 21 + 40)).containsExactly(0, 1024);
        assertThat(place(43 + 41)).containsExactly(84 * 48);
    }

    @Test
    void neverGoesBack() {
        assertThat(place(1000, 500, 521)).containsExactly(48_000, 48_001, 48_002);
    }

    @Test
    void resumesFromState() {
        place(0, 21, 43);
        SampleClock read = SampleClock.resumed(clock.next(), clock.last(), clock.sampleRate());
        assertThat(read.place(64, 1024)).isEqualTo(3072).isEqualTo(place(64)[0]);
    }
}
