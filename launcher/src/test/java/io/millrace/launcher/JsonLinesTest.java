package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;

class JsonLinesTest {
    private static final Instant AT = Instant.parse("2026-11-28T20:45:00.070Z");
    private static final Logger LOGGER = new LoggerContext().getLogger("io.millrace.Some");

    @Test
    void sessionLineHasStreamAndSession() {
        JsonNode line = line("{}: session {} begins, from {}", null, "live/show", 17L, "192.0.2.7:5000");
        assertThat(line).isEqualTo(new ObjectMapper().readTree("""
                {"time":"2026-11-28T20:45:00.070Z","level":"WARN","logger":"io.millrace.Some","thread":"main",\
                "message":"live/show: session 17 begins, from 192.0.2.7:5000","stream":"live/show","session":17}"""));
    }

    @Test
    void streamLineHasStream() {
        JsonNode line = line("{}: record {} cannot be folded", null, "live/show", 5L);
        assertThat(line.path("stream").asString()).isEqualTo("live/show");
        assertThat(line.has("session")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rtmp 192.0.2.7:5000: closing, live/show: session 3 ",
        "edge-directory: the log does not answer",
        "/assets/x: y", "a/b is live/show: session 4", "http://host/x: session 5 "})
    void otherLinesHaveNeither(String message) {
        JsonNode line = line(message, null);
        assertThat(line.has("stream")).isFalse();
        assertThat(line.has("session")).isFalse();
        assertThat(line.has("mdc")).isFalse();
    }

    @Test
    void stackTraceIsOnSameLine() {
        JsonNode line = line("a bug\nof two lines", new IllegalStateException("no\nway"));
        assertThat(line.path("message").asString()).isEqualTo("a bug\nof two lines");
        assertThat(line.path("error").asString()).startsWith("java.lang.IllegalStateException: no\nway")
                .contains("stackTraceIsOnSameLine");
    }

    private static JsonNode line(String message, Throwable thrown, Object... arguments) {
        var event = new LoggingEvent(JsonLinesTest.class.getName(), LOGGER, Level.WARN, message, thrown, arguments);
        event.setInstant(AT);
        event.setThreadName("main");
        String text = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(text).endsWith("}\n").hasLineCount(1);
        return new ObjectMapper().readTree(text);
    }
}
