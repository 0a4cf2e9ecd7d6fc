package io.millrace.edge.hls;

import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
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

    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 12));

    private static EpochName name(long number) {
        return new EpochName(number, 0);
    }

    static Stream<Arguments> urls() {
        return Stream.of(Arguments.of("/live/show.m3u8", new HlsUrl.Multivariant("live/show", false)),
                Arguments.of("/a/b/c.m3u8", new HlsUrl.Multivariant("a/b/c", false)),
                Arguments.of("/live/index.m3u8", new HlsUrl.Multivariant("live/index", false)),
                Arguments.of("/live/show/@17/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(17), name(17), RenditionId.TS)),
                Arguments.of("/live/show/@17.8c1e2f3a9b0d/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", NAME, NAME, RenditionId.TS)),
                Arguments.of("/live/show/@17.8c1e2f3a9b0d/ts/5.ts",
                        new HlsUrl.Media("live/show", NAME, new MediaFile(RenditionId.TS, false, 5))),
                Arguments.of("/live/show/@4-17.8c1e2f3a9b0d/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(4), NAME, RenditionId.TS)),
                Arguments.of("/live/show/@17-29/ts/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(17), name(29), RenditionId.TS)),
                Arguments.of("/live/show/@0/ts/0.ts",
                        new HlsUrl.Media("live/show", name(0), new MediaFile(RenditionId.TS, false, 0))),
                Arguments.of("/live/show@ts.m3u8", new HlsUrl.Multivariant("live/show", true)),
                Arguments.of("/live/ts.m3u8", new HlsUrl.Multivariant("live/ts", false)),
                Arguments.of("/live/show/@17-29/audio12/index.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(17), name(29), AUDIO)),
                Arguments.of("/live/show/@17-29/video0/iframes.m3u8",
                        new HlsUrl.MediaPlaylist("live/show", name(17), name(29), VIDEO, true)),
                Arguments.of("/live/show/@17/video0/43.m4s",
                        new HlsUrl.Media("live/show", name(17), new MediaFile(VIDEO, false, 43))),
                Arguments.of("/live/show/@17/video0/43.2.m4s",
                        new HlsUrl.Media("live/show", name(17), new MediaFile(VIDEO, false, 43, 2))),
                Arguments.of("/live/show/@17/audio12/0.99999.m4s",
                        new HlsUrl.Media("live/show", name(17), new MediaFile(AUDIO, false, 0, 99_999))),
                Arguments.of("/live/show/@17/audio12/init-0.mp4",
                        new HlsUrl.Media("live/show", name(17), new MediaFile(AUDIO, true, 0))),
                Arguments.of("/live/show/@17/video0/init-12.mp4",
                        new HlsUrl.Media("live/show", name(17), new MediaFile(VIDEO, true, 12))));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void parsesPath(String path, HlsUrl url) {
        assertThat(HlsUrl.parse(path)).contains(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/live/show/@17/ts/iframes.m3u8", "/live/show/@17/audio0/iframes.m3u8", "/",
        "/live/show.flv", "/live/show/@29-17/ts/index.m3u8", "/live/show/@17-29/ts/5.ts",
        "/live/show/@17/ts/05.ts", "/live/show/@17.8C1E2F3A9B0D/ts/5.ts",
        "/live/show/@17.8c1e/ts/5.ts", "/live/show/@17.000000000000/ts/5.ts", "/live/show/@17./ts/5.ts",
        "/live/show/@17/ts/1234567890123456789.ts", "/live/show/@x/ts/5.ts",
        "/live/show/@17/ts/5.flv", "/show/@17/ts/5.ts", "/show.m3u8", "/api/show.m3u8", "/live/../show.m3u8",
        "/live/show/@17/ts/init-0.mp4", "/live/show/@17/ts/5.m4s", "/live/show/@17/video0/5.ts",
        "/live/show/@17/video/5.m4s", "/live/show/@17/video00/5.m4s", "/live/show/@17/video256/5.m4s",
        "/live/show/@17/data0/5.m4s", "/live/show/@17/Video0/5.m4s", "/live/show/@17/video0/init-.mp4",
        "/live/show/@17/video0/init-01.mp4", "/live/show/@17/video0/.m4s", "/live/show/@17-29/video0/init-0.mp4",
        "/live/show/@17/video0/5.m4s/",
        "/live/show/@17/video0/5.02.m4s", "/live/show/@17/video0/5..m4s", "/live/show/@17/video0/.2.m4s",
        "/live/show/@17/video0/5.100000.m4s", "/live/show/@17/video0/5.2.3.m4s", "/live/show/@17/ts/5.2.ts",
        "/live/show/@17-29/video0/5.2.m4s", "/live/@ts.m3u8", "/live/show@cmaf.m3u8", "/show@ts.m3u8"})
    void rejectsOtherPaths(String path) {
        assertThat(HlsUrl.parse(path)).isEmpty();
    }

    @Property
    void parsesAnyTextWithoutException(@ForAll String text) {
        assertThat(HlsUrl.parse("/" + text)).isNotNull();
    }
}
