package io.millrace.edge.http;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class FamiliarUrlsTest {
    private static final FamiliarUrls ALL = FamiliarUrls.parse("nginx-rtmp, mediamtx,nginx-http-flv");

    @ParameterizedTest
    @CsvSource({"/hls/show.m3u8, ../live/show.m3u8", "/hls/show/index.m3u8, ../../live/show.m3u8",
        "/hls/show.m3u8?start=-5m&x=%20, ../live/show.m3u8?start=-5m&x=%20",
        "/live/show/index.m3u8, ../show.m3u8", "/a/b/show/index.m3u8, ../show.m3u8",
        "http://edge/hls/show.m3u8, ../live/show.m3u8", "/hls/sho%77.m3u8, ../live/show.m3u8"})
    void redirectsPlaylists(String target, String location) {
        assertThat(ALL.route(target)).contains(new Route.Moved(location));
    }

    @Test
    void servesFlvUnderFamiliarUrl() {
        assertThat(ALL.route("/live?port=1935&app=live&stream=show&audio=0").map(Route.Output.class::cast))
                .hasValueSatisfying(flv -> {
                    assertThat(flv.path()).isEqualTo("/live/show.flv");
                    assertThat(flv.query().get("audio")).isEqualTo("0");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/live/show.m3u8", "/live/show.flv", "/live/show/@17/ts/index.m3u8", "/hls/a/b.m3u8",
        "/hls/.m3u8", "/hls/../x.m3u8", "/show/index.m3u8", "/live", "/live?app=live", "/live?app=live&stream=..",
        "/live?app=api&stream=x", "/other?app=live&stream=show", "nonsense", "/%zz",
        "/hls/show.m3u8?a=\u000b", "/hls/show.m3u8?a=\u00e9"})
    void ignoresOtherUrls(String target) {
        assertThat(ALL.route(target)).isEmpty();
    }

    @Test
    void eachServerHasOnlyItsOwnUrls() {
        assertThat(FamiliarUrls.parse("nginx-rtmp=a/b").route("/hls/x.m3u8"))
                .contains(new Route.Moved("../a/b/x.m3u8"));
        assertThat(FamiliarUrls.parse("nginx-rtmp").route("/live/show/index.m3u8")).isEmpty();
        assertThat(FamiliarUrls.parse("nginx-rtmp").route("/live?app=a&stream=b")).isEmpty();
        assertThat(FamiliarUrls.parse("mediamtx").route("/hls/show.m3u8")).isEmpty();
        assertThat(FamiliarUrls.parse("off").route("/hls/show.m3u8")).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nginx", "", "off,mediamtx", "mediamtx=live", "nginx-rtmp=", "nginx-rtmp=api"})
    void rejectsUnknownServers(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> FamiliarUrls.parse(text));
    }
}
