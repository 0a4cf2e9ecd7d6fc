package io.millrace.segmenter;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ThreadDeathsTest {
    private final AtomicLong now = new AtomicLong();
    private final ThreadDeaths deaths = new ThreadDeaths(now::get);

    @Test
    void oneMoreThanLimitWithinWindowIsTooMany() {
        for (int i = 0; i < ThreadDeaths.LIMIT; i++) {
            assertThat(deaths.isTooMany()).isFalse();
        }
        now.set(ThreadDeaths.WINDOW_NS);
        assertThat(deaths.isTooMany()).isTrue();
    }

    @Test
    void olderDeathsAreForgotten() {
        for (int i = 0; i < ThreadDeaths.LIMIT; i++) {
            assertThat(deaths.isTooMany()).isFalse();
        }
        now.set(ThreadDeaths.WINDOW_NS + 1);
        assertThat(deaths.isTooMany()).isFalse();
    }
}
