package io.millrace.edge.http;

import io.millrace.edge.past.PastSource;
import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.StreamEntry;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The parameters of {@code /api/v1/streams/NAME/sessions}, on the HTTP port and the admin port. Immutable.
 *
 * @param after the page begins after the session with this number; -1 for the first page
 * @param limit maximum number of sessions per page, 1 to {@link StreamList#MAX_LIMIT}
 */
record SessionList(long after, int limit) {
    /**
     * @param query returns the value of a parameter, or null
     * @throws IllegalArgumentException if a parameter is invalid; the message names the valid values
     */
    static SessionList parse(UnaryOperator<String> query) {
        return new SessionList(after(query.apply("after")), StreamList.limit(query.apply("limit")));
    }

    private static long after(String text) {
        if (text == null) {
            return -1;
        }
        if (text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException("after must be a session number");
    }

    /**
     * Returns one page of the retained sessions, oldest first. Expired sessions are not listed; every listed session has
     * something to play.
     *
     * @param epochs the epochs of the stream, oldest first
     * @param prefix of the URLs, such as {@code /t/TOKEN}; or empty
     */
    ApiJson.Sessions page(List<StreamEntry> epochs, PastSource.Retained now, String prefix) {
        List<SessionSpan> found = SessionSpan.of(epochs).stream().filter(span -> span.endMs() >= now.fromMs()
                && span.session().session() > after).toList();
        boolean more = found.size() > limit;
        List<SessionSpan> page = more ? found.subList(0, limit) : found;
        return new ApiJson.Sessions(page.stream().map(span -> ApiJson.session(span, prefix)).toList(),
                more ? Long.toString(page.getLast().session().session()) : null);
    }
}
