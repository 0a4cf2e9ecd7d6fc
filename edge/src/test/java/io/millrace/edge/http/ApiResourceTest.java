package io.millrace.edge.http;

import io.millrace.edge.exchange.Query;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

public class ApiResourceTest {
    private static final Query NONE = new Query(Map.of());

    /** Returns {@code get /path} of the whole table, as the OpenAPI document names operations. */
    public static Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        for (ApiResource resource : ApiResource.values()) {
            resource.methods().forEach(
                    method -> operations.add(method.toLowerCase(Locale.ROOT) + " " + resource.template()));
        }
        return operations;
    }

    /** Whatever has a route and is neither the web page nor media is in the table. */
    @Test
    void hasAllRoutesOfTheApi() {
        Set<Class<?>> found = new HashSet<>(Set.of(Route.Page.class, Route.Embed.class, Route.Asset.class,
                Route.Output.class, Route.Moved.class, Route.Unknown.class, Route.Malformed.class));
        for (ApiResource resource : ApiResource.values()) {
            Route route = Route.parse(resource.template().replace("{stream}", "live/show"));
            assertThat(found.add(route.getClass())).as(resource + " has a route of its own").isTrue();
        }
        assertThat(found).isEqualTo(new HashSet<>(Arrays.asList(Route.class.getPermittedSubclasses())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/streams/", "/api/v1/streams/show", "/api/v1/streams//sessions",
        "/api/v1/streams/sessions", "/api/v1/ingest/", "/api/v1/streams/{stream}", "/api/v1/viewers", "/api/",
        "/api/v1/x.m3u8"})
    void nothingElseIsServedThere(String path) {
        assertThat(ApiResource.isAt(path)).isTrue();
        assertThat(ApiResource.route(path, NONE)).isEqualTo(new Route.Unknown());
        assertThat(Route.parse(path)).isEqualTo(new Route.Unknown());
    }
}
