package io.millrace.edge.http;

import io.millrace.edge.live.SessionSpan;
import io.millrace.platform.log.StreamEntry;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The API's JSON for who has the directory and is no edge. */
public final class DirectoryJson {
    private DirectoryJson() {}

    /** {@code GET /api/v1/streams} of the admin port, all in one list. Nobody counts viewers here: they are null. */
    public static String streams(List<StreamEntry> newest) {
        return text(new ApiJson.Streams(newest.stream().map(entry -> ApiJson.streamWithSource(entry, null)).toList(),
                null));
    }

    /** {@code GET /api/v1/streams/NAME/sessions}, all in one list. */
    public static String sessions(List<SessionSpan> retained) {
        return text(new ApiJson.Sessions(retained.stream().map(ApiJson::session).toList(), null));
    }

    /** As in the JSON: RFC 3339 with ms and Z. */
    public static String time(long epochMs) {
        return Json.time(epochMs);
    }

    private static String text(Object json) {
        return new String(Json.write(json), StandardCharsets.UTF_8);
    }
}
