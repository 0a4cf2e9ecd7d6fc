package io.millrace.edge.hls;

import io.millrace.platform.log.EpochName;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class HlsUrlTest {
    private static final EpochName NAME = new EpochName(17, 0x8c1e2f3a9b0dL);

    private static EpochName name(long number) {
        return new EpochName(number, 0);
    }

    static Stream<Arguments> urls() {
        return Stream.of(Arguments.of("/live/show.m3u8", new HlsUrl.Multivariant("live/show")),
                Arguments.of("/a/b/c.m3u8", new HlsUrl.Multivariant("a/b/c")),
                Arguments.of("/live/index.m3u8", new HlsUrl.Multivariant("live/index")),
                Arguments.of("/live/show/@17/ts/index.m3u8", new HlsUrl.MediaPlaylist("live/show", name(17), name(17))),
                Arguments.of("/live/show/@17.8c1e2f3a9b0d/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", NAME, NAME)),
                Arguments.of("/live/show/@17.8c1e2f3a9b0d/ts/5.ts", new HlsUrl.Segment("live/show", NAME, 5)),
                Arguments.of("/live/show/@4-17.8c1e2f3a9b0d/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(4), NAME)),
                Arguments.of("/live/show/@17-29/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(17), name(29))),
                Arguments.of("/live/show/@0/ts/0.ts", new HlsUrl.Segment("live/show", name(0), 0)));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void parsesPath(String path, HlsUrl url) {
        assertThat(HlsUrl.parse(path)).contains(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/live/show.flv", "/live/show/@29-17/ts/index.m3u8", "/live/show/@17-29/ts/5.ts",
        "/live/show/@17/ts/05.ts", "/live/show/@17.8C1E2F3A9B0D/ts/5.ts",
        "/live/show/@17.8c1e/ts/5.ts", "/live/show/@17.000000000000/ts/5.ts", "/live/show/@17./ts/5.ts",
        "/live/show/@17/ts/1234567890123456789.ts", "/live/show/@x/ts/5.ts",
        "/live/show/@17/ts/5.flv", "/show/@17/ts/5.ts", "/show.m3u8", "/api/show.m3u8", "/live/../show.m3u8"})
    void rejectsOtherPaths(String path) {
        assertThat(HlsUrl.parse(path)).isEmpty();
    }

    @Property
    void parsesAnyTextWithoutException(@ForAll String text) {
        assertThat(HlsUrl.parse("/" + text)).isNotNull();
    }
}
