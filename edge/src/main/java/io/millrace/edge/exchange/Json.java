package io.millrace.edge.exchange;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import tools.jackson.databind.json.JsonMapper;

/** Writes the JSON of the API: times in RFC 3339 with ms and Z, null for unknown. Thread-safe. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    private Json() {}

    /** Returns a record as JSON in UTF-8. */
    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /** Returns a time in ms since 1970 as text. */
    public static String time(long epochMs) {
        return TIME.format(Instant.ofEpochMilli(epochMs));
    }

    /** Returns a time in ms since 1970 as text; null for 0, which means that it has not come yet. */
    public static String timeOrNull(long epochMs) {
        return epochMs == 0 ? null : time(epochMs);
    }
}
