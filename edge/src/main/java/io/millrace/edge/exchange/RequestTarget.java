package io.millrace.edge.exchange;

import java.util.regex.Pattern;

/**
 * The target of a request (RFC 9112, 3.2): an optional prefix with credentials, {@code /t/TOKEN}, and the path and query
 * after it. The prefix is not percent-decoded, so that every cache and proxy finds the same one. Immutable.
 *
 * @param token the text between {@code /t/} and the next slash; null without a prefix
 * @param origin path and query without the prefix, percent-encoded; begins with a slash
 */
public record RequestTarget(String token, String origin) {
    private static final String PREFIX = "/t/";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~-]+");

    /**
     * Parses a target in origin form, {@code /path}, or absolute form, {@code http://host/path}, as a proxy may send it.
     *
     * @throws IllegalArgumentException if the target has neither form, or its token has other characters than those that
     *     need no encoding in a path
     */
    public static RequestTarget parse(String target) {
        String origin = originForm(target);
        int path = origin.startsWith(PREFIX) ? origin.indexOf('/', PREFIX.length()) : -1;
        int query = origin.indexOf('?');
        if (path < 0 || query >= 0 && query < path) {
            return new RequestTarget(null, origin);
        }
        String token = origin.substring(PREFIX.length(), path);
        if (!isToken(token)) {
            throw new IllegalArgumentException(
                    "the path after /t/ must begin with a token of letters, digits and ._~-");
        }
        return new RequestTarget(token, origin.substring(path));
    }

    /** Returns whether a text can be the token of a prefix. */
    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** Returns the path, percent-encoded. */
    public String path() {
        int mark = origin.indexOf('?');
        return mark < 0 ? origin : origin.substring(0, mark);
    }

    /** Returns the query without its question mark, percent-encoded; empty if there is none. */
    public String query() {
        int mark = origin.indexOf('?');
        return mark < 0 ? "" : origin.substring(mark + 1);
    }

    private static String originForm(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        if (!target.startsWith("http://") && !target.startsWith("https://")) {
            throw new IllegalArgumentException("a request target must begin with / or http://");
        }
        int path = target.indexOf('/', target.indexOf("://") + 3);
        return path < 0 ? "/" : target.substring(path);
    }
}
