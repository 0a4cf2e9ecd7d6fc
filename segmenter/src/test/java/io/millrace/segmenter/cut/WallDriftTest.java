package io.millrace.segmenter.cut;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class WallDriftTest {
    private static final int SEGMENT_MS = 2_000;
    private static final int FRAME_MS = 40;
    private static final long START_MS = 1_700_000_000_000L;

    private final WallDrift drift = new WallDrift();
    private long mediaMs;
    private long wallMs = START_MS;

    /** @param ppm how much faster the clock runs than the encoder's timestamps */
    @ParameterizedTest
    @ValueSource(ints = {50, -50, 500, -500})
    void followsClockOverDays(int ppm) {
        for (int segment = 0; segment < 3 * 43_200; segment++) {
            segment(300, ppm);
        }
        long clockMs = START_MS + mediaMs + mediaMs / 1_000_000 * ppm;
        assertThat(Math.abs(wallMs + mediaMs - clockMs)).isLessThanOrEqualTo(700);
    }

    @Test
    void ignoresConstantDelayAndJitter() {
        for (int segment = 0; segment < 1_000; segment++) {
            drift.add(START_MS + mediaMs + 2_000 + segment % 7 * 60, wallMs + mediaMs);
            drift.add(START_MS + mediaMs + 9_000, wallMs + mediaMs);
            end();
        }
        assertThat(wallMs).isEqualTo(START_MS);
    }

    /** The encoder's network stalls for 20 s, and what it has stored arrives at once. */
    @Test
    void ignoresStallAfterWhichTheEncoderCatchesUp() {
        segment(0, 0);
        for (int segment = 0; segment < 10; segment++) {
            drift.add(START_MS + 22_000, wallMs + mediaMs);
            end();
        }
        for (int segment = 0; segment < 30; segment++) {
            segment(0, 0);
        }
        assertThat(Math.abs(wallMs - START_MS)).isLessThanOrEqualTo(600);
    }

    @Test
    void ignoresMediaThatIsPushedFasterThanRealTime() {
        segment(0, 0);
        mediaMs = 100_000;
        for (int segment = 0; segment < 100; segment++) {
            drift.add(START_MS + segment, wallMs + mediaMs);
            end();
        }
        assertThat(wallMs).isEqualTo(START_MS);
    }

    @Test
    void correctsNothingAtShortSegments() {
        segment(0, 0);
        drift.add(START_MS + mediaMs + 5_000, wallMs + mediaMs);
        assertThat(drift.endSegment(999)).isZero();
        drift.add(START_MS + mediaMs + 5_000, wallMs + mediaMs);
        assertThat(drift.endSegment(1_000)).isEqualTo(100);
    }

    @Test
    void newLineBeginsAnew() {
        segment(0, 0);
        drift.beginLine();
        drift.add(START_MS + 9_000, START_MS);
        assertThat(drift.endSegment(SEGMENT_MS)).isZero();
        drift.add(START_MS + 9_000, START_MS);
        assertThat(drift.endSegment(SEGMENT_MS)).isZero();
        drift.add(START_MS + 9_501, START_MS);
        assertThat(drift.endSegment(SEGMENT_MS)).isEqualTo(100);
    }

    private void segment(int delayMs, int ppm) {
        for (int frame = 0; frame < SEGMENT_MS / FRAME_MS; frame += 10) {
            long atMs = mediaMs + (long) frame * FRAME_MS;
            drift.add(START_MS + atMs + atMs * ppm / 1_000_000 + delayMs, wallMs + atMs);
        }
        end();
    }

    private void end() {
        wallMs += drift.endSegment(SEGMENT_MS);
        mediaMs += SEGMENT_MS;
    }
}
