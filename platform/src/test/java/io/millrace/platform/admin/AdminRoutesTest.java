package io.millrace.platform.admin;

import io.millrace.platform.admin.AdminResource.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdminRoutesTest {
    private final AdminRoutes routes = AdminRoutes
            .of(List.of(() -> List.of(route("GET", "/streams"), route("GET", "/streams/{stream}"),
                    route("GET", "/streams/{stream}/sessions"), route("DELETE", "/streams/{stream}/past"))));

    private static AdminRoute route(String method, String template) {
        return new AdminRoute(method, template,
                request -> new Answer(200, template + " " + request.named() + request.query()));
    }

    @ParameterizedTest
    @CsvSource({"GET, /streams, '/streams {}'", "HEAD, /streams, '/streams {}'", "GET, /streams/, '/streams {}'",
        "GET, /streams/show, '/streams/{stream} show{}'", "GET, /streams/a/b/c, '/streams/{stream} a/b/c{}'",
        "GET, /streams/a/b/sessions, '/streams/{stream}/sessions a/b{}'",
        "GET, /streams/sessions, '/streams/{stream} sessions{}'",
        "GET, /streams/a/past, '/streams/{stream} a/past{}'",
        "DELETE, /streams/a/past, '/streams/{stream}/past a{}'"})
    void answersByMostSpecificRouteOfMethod(String method, String path, String expected) {
        assertThat(routes.answer(method, path, Map.of()).map(Answer::json)).contains(expected);
    }

    @ParameterizedTest
    @CsvSource({"GET, /", "GET, /stream", "GET, /streams//", "GET, /streamsx", "DELETE, /streams", "DELETE, /streams/a",
        "DELETE, /streams/past", "PUT, /streams"})
    void answersNothingElse(String method, String path) {
        assertThat(routes.answer(method, path, Map.of())).isEqualTo(Optional.empty());
    }

    @Test
    void knowsMethodsOfPath() {
        assertThat(routes.methods("/streams")).isEqualTo("GET, HEAD");
        assertThat(routes.methods("/streams/a/past")).isEqualTo("GET, HEAD, DELETE");
        assertThat(routes.has("/streams//")).isFalse();
    }

    @Test
    void rejectsSecondRouteOfOperation() {
        assertThatThrownBy(() -> routes.add(route("GET", "/streams"))).hasMessageContaining("get /streams");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "/streams/{a}/{b}", "/streams/{a", "/streams/x{a}", "/streams/"})
    void rejectsInvalidTemplates(String template) {
        assertThatThrownBy(() -> route("GET", template)).isInstanceOf(IllegalArgumentException.class);
    }
}
