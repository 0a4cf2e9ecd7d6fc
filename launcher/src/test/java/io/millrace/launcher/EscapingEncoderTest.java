package io.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Text from peers is logged on one line: no escape sequence moves the cursor, and no newline forges an event. */
class EscapingEncoderTest {
    private static final String HOSTILE = "/live/\u001b]0;owned\u0007\u0000\u009b31m\u202egpj.exe\r\n2026 INFO all is well\u2028é";
    private static final String ESCAPED = "/live/\\u001b]0;owned\\u0007\\u0000\\u009b31m\\u202egpj.exe\\r\\n2026 INFO all is well\\u2028é";

    private final LoggerContext context = new LoggerContext();

    @Test
    void escapesMessagesAndExceptionsInText() {
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setPattern("%level %msg%n");
        String line = written(text,
                new IllegalStateException(HOSTILE, new IllegalStateException("because " + HOSTILE)));
        assertThat(line).startsWith("WARN request for " + ESCAPED + " failed\n")
                .contains("java.lang.IllegalStateException: " + ESCAPED + "\n")
                .contains("Caused by: java.lang.IllegalStateException: because " + ESCAPED + "\n")
                .contains("\tat " + EscapingEncoderTest.class.getName());
        assertThat(line.replace("\n", "").replace("\t", "")).doesNotContainPattern("\\p{Cntrl}|\u009b|\u202e|\u2028");
    }

    @Test
    void escapesSameInJson() {
        JsonEncoder json = new JsonEncoder();
        json.setWithFormattedMessage(true);
        String line = written(json, new IllegalStateException(HOSTILE));
        assertThat(line).contains("request for " + ESCAPED.replace("\\", "\\\\").replace("/", "\\/") + " failed")
                .endsWith("\n");
        assertThat(line.strip()).doesNotContainPattern("\\p{Cntrl}|\u009b|\u202e|\u2028");
    }

    @Test
    void truncatesLongMessages() {
        assertThat(LogText.escape("a".repeat(LogText.CHARS_MAX))).hasSize(LogText.CHARS_MAX);
        assertThat(LogText.escape("a".repeat(100_000))).hasSizeLessThan(LogText.CHARS_MAX + 50)
                .endsWith("… (100000 characters)");
    }

    @Test
    void keepsReadableText() {
        String text = "C:\\millrace\\data — Größe 3 µs, 日本語 🎥";
        assertThat(LogText.escape(text)).isSameAs(text);
        assertThat(LogText.escape("half \ud83c of a pair")).isEqualTo("half \\ud83c of a pair");
    }

    private String written(Encoder<ILoggingEvent> format, Throwable failure) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        format.setContext(context);
        format.start();
        var event = new LoggingEvent("fqcn", context.getLogger("test"), Level.WARN, "request for {} failed", failure,
                new Object[]{HOSTILE});
        return new String(new EscapingEncoder(format).encode(event), StandardCharsets.UTF_8);
    }
}
