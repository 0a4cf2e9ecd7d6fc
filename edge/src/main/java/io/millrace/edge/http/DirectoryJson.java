package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The JSON of the API for services without an edge that have the directory. Thread-safe. */
public final class DirectoryJson {
    private DirectoryJson() {}

    /**
     * Returns the JSON of {@code GET /api/v1/streams} for the admin port, as one list without paging. Viewer counts are
     * null.
     */
    public static String streams(List<StreamEntry> newest) {
        return text(new ApiJson.Streams(newest.stream().map(entry -> ApiJson.streamWithSource(entry, null)).toList(),
                null));
    }

    /** Returns the JSON of {@code GET /api/v1/streams/NAME/sessions}, as one list without paging. */
    public static String sessions(List<SessionSpan> retained) {
        return text(new ApiJson.Sessions(retained.stream().map(span -> ApiJson.session(span, "")).toList(), null));
    }

    /** Returns a time as in the JSON: RFC 3339 with ms and Z. */
    public static String time(long epochMs) {
        return Json.time(epochMs);
    }

    private static String text(Object json) {
        return new String(Json.write(json), StandardCharsets.UTF_8);
    }
}
