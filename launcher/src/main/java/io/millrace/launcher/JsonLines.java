package io.millrace.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.millrace.media.StreamName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes each log event as a JSON object on one line: {@code time} (RFC 3339, UTC), {@code level}, {@code logger},
 * {@code thread} and {@code message}; if known, also {@code stream}, {@code session} (a number) and {@code error} (the
 * stack trace). Thread-safe.
 *
 * <p>Messages about a stream begin with the stream's name, optionally followed by the session:
 * {@code live/show: session 17 begins}. {@code stream} and {@code session} are parsed from the message, so that JSON
 * and plain text contain the same facts. MDC and key-value pairs are not written.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);
    private static final Pattern SUBJECT = Pattern
            .compile("([^ :]+/[^ :]+): (?:(?:grace of )?session (\\d{1,18})\\b)?");

    @Override
    public byte[] encode(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
        line.put("level", event.getLevel().toString());
        line.put("logger", event.getLoggerName());
        line.put("thread", event.getThreadName());
        line.put("message", message);
        putSubject(line, message);
        if (event.getThrowableProxy() != null) {
            line.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void putSubject(Map<String, Object> line, String message) {
        Matcher subject = SUBJECT.matcher(message);
        if (subject.lookingAt() && StreamName.parse(subject.group(1)).isPresent()) {
            line.put("stream", subject.group(1));
            if (subject.group(2) != null) {
                line.put("session", Long.parseLong(subject.group(2)));
            }
        }
    }

    @Override
    public byte[] headerBytes() {
        return null;
    }

    @Override
    public byte[] footerBytes() {
        return null;
    }
}
