package io.millrace.edge.dash;

import io.millrace.platform.log.EpochName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DashUrlTest {
    private static final EpochName FIRST = new EpochName(17, 0x8c1e2f3a9b0dL);
    private static final EpochName LAST = new EpochName(29, 0x03d2b96b7a11L);

    @Test
    void parsesUrls() {
        assertThat(DashUrl.parse("/live/show.mpd")).contains(new DashUrl.Stream("live/show"));
        assertThat(DashUrl.parse("/live/show/@17.8c1e2f3a9b0d/index.mpd"))
                .contains(new DashUrl.Epochs("live/show", FIRST, FIRST));
        assertThat(DashUrl.parse("/live/show/@17.8c1e2f3a9b0d-29.03d2b96b7a11/index.mpd"))
                .contains(new DashUrl.Epochs("live/show", FIRST, LAST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/live/show.m3u8", "/.mpd", "/live/show/@17/", "/live/show/@17/index.mpd/",
        "/live/show/@/index.mpd", "/live/show/@17/video0/index.mpd", "/live/show/@29-17/index.mpd", "/@17/index.mpd",
        "/live/show/@017/index.mpd", "/live/show/@index.mpd", "/api/v1/time/"})
    void ignoresOtherUrls(String path) {
        assertThat(DashUrl.parse(path)).isEmpty();
    }
}
