package io.millrace.edge.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CorsOriginsTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"*, https://a.example, *, -, true", "*, -, *, -, true",
        "off, https://a.example, -, -, false", "off, -, -, -, true",
        "https://a.example, https://a.example, https://a.example, -, true",
        "https://a.example, https://b.example, https://a.example, -, false",
        "'https://a.example, http://b.example:8080', http://B.example:8080, http://B.example:8080, origin, true",
        "'https://a.example,http://b.example:8080', http://b.example, -, origin, false",
        "'https://a.example,http://b.example', null, -, origin, false"})
    void answersOrigin(String setting, String origin, String allowed, String vary, boolean admitted) {
        CorsOrigins origins = CorsOrigins.parse(setting);
        HttpHeaders request = new DefaultHttpHeaders();
        if (origin != null) {
            request.set("origin", origin);
        }
        HttpHeaders response = new DefaultHttpHeaders();
        origins.add(response, request);
        origins.vary(response);
        assertThat(response.get("access-control-allow-origin")).isEqualTo(allowed);
        assertThat(response.get("vary")).isEqualTo(vary);
        assertThat(origins.admits(request)).isEqualTo(admitted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "example.com", "https://", "https://a/", "https://a/path", "ftp://a", "https://u@a",
        "https://a,", "https://*.example"})
    void rejectsOtherTexts(String text) {
        assertThatThrownBy(() -> CorsOrigins.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no origin");
    }
}
