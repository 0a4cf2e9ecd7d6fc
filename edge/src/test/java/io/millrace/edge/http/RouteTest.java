package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class RouteTest {
    private static final Query NONE = new Query(Map.of());

    static Stream<Arguments> targets() {
        return Stream.of(Arguments.of("/", new Route.Page()),
                Arguments.of("/?stream=live/show", new Route.Page()),
                Arguments.of("http://edge:8080", new Route.Page()),
                Arguments.of("http://edge:8080/live/show.flv?x=1",
                        new Route.Output("/live/show.flv", new Query(Map.of("x", List.of("1"))))),
                Arguments.of("/assets/page.js", new Route.Asset("page.js")),
                Arguments.of("/live/show.m3u8", new Route.Output("/live/show.m3u8", NONE)),
                Arguments.of("/live/sho%77.m3u8", new Route.Output("/live/show.m3u8", NONE)),
                Arguments.of("/a/b/c.m3u8?start=-5m",
                        new Route.Output("/a/b/c.m3u8", new Query(Map.of("start", List.of("-5m"))))),
                Arguments.of("/live/show/%4017/ts/index.m3u8", new Route.Output("/live/show/@17/ts/index.m3u8", NONE)),
                Arguments.of("/t/a.b~c/live/show/@17/ts/5.ts", new Route.Output("/live/show/@17/ts/5.ts", NONE)),
                Arguments.of("http://edge/t/x/api/v1/time?a=/t/y/", new Route.Time()),
                Arguments.of("/t/show.m3u8", new Route.Output("/t/show.m3u8", NONE)),
                Arguments.of("/t/x?y=/z", new Route.Output("/t/x", new Query(Map.of("y", List.of("/z"))))),
                Arguments.of("/%74/x/live/show.m3u8", new Route.Output("/t/x/live/show.m3u8", NONE)),
                Arguments.of("/embed?stream=live/show", new Route.Embed()),
                Arguments.of("/embed/show.m3u8", new Route.Output("/embed/show.m3u8", NONE)),
                Arguments.of("/api/v1/streams", new Route.Streams(NONE)),
                Arguments.of("/api/v1/streams?limit=2",
                        new Route.Streams(new Query(Map.of("limit", List.of("2"))))),
                Arguments.of("/api/v1/streams/live/show", new Route.Stream("live/show")),
                Arguments.of("/api/v1/streams/live", new Route.Unknown()),
                Arguments.of("/api/v1/streams/live/show/sessions", new Route.Sessions("live/show", NONE)),
                Arguments.of("/api/v1/streams/live/sessions", new Route.Stream("live/sessions")));
    }

    @ParameterizedTest
    @MethodSource("targets")
    void parsesTargets(String target, Route route) {
        assertThat(Route.parse(target)).isEqualTo(route);
    }

    @Property
    void acceptsAnyText(@ForAll String target) {
        assertThat(Route.parse(target)).isNotNull();
        assertThat(Route.parse("/" + target)).isNotNull();
    }
}
