package io.millrace.edge.http;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FrameQuotaTest {
    private static final int FRAMES = 3;

    private static int permitted(FrameQuota quota, long nowNanos, long sentBytes) {
        int count = 0;
        while (quota.permits(nowNanos, sentBytes)) {
            count++;
        }
        return count;
    }

    @Test
    void permitsFramesPerWindow() {
        var quota = new FrameQuota(FRAMES, 100);
        assertThat(permitted(quota, 100, 0)).isEqualTo(FRAMES);
        assertThat(permitted(quota, 99 + FrameQuota.WINDOW_NANOS, 0)).isZero();
        assertThat(permitted(quota, 100 + FrameQuota.WINDOW_NANOS, 0)).isEqualTo(FRAMES);
    }

    @Test
    void permitsMoreForWhatWasSentInWindow() {
        var quota = new FrameQuota(FRAMES, 0);
        long sentBytes = 10L * FrameQuota.BYTES_PER_FRAME;
        assertThat(permitted(quota, 0, sentBytes)).isEqualTo(FRAMES + 10);
        assertThat(permitted(quota, FrameQuota.WINDOW_NANOS, sentBytes)).as("what was sent before does not count")
                .isEqualTo(FRAMES);
    }
}
