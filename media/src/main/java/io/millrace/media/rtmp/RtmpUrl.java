package io.millrace.media.rtmp;

import java.net.URI;
import java.util.Optional;

/**
 * An RTMP address, {@code rtmp[s]://host[:port]/app/name[?query]}, split as most clients do: the name is the part after
 * the last slash, including the query.
 *
 * <p>Immutable.
 *
 * @param secure whether to use RTMP over TLS (rtmps)
 * @param port by default 1935, or 443 for rtmps
 * @param app the path before the last slash, without a leading slash
 * @param name the path after the last slash, with the query if there is one
 */
public record RtmpUrl(boolean secure, String host, int port, String app, String name) {
    public static final int DEFAULT_PORT = 1935;
    private static final int DEFAULT_TLS_PORT = 443;

    /**
     * Parses an address.
     *
     * @throws IllegalArgumentException if the address is not valid, with the {@link #problem} as its message, which
     *     never quotes the address because that may contain a key
     */
    public static RtmpUrl parse(URI url) {
        problem(url).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        boolean secure = "rtmps".equalsIgnoreCase(url.getScheme());
        String path = url.getRawPath().substring(1);
        int slash = path.lastIndexOf('/');
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return new RtmpUrl(secure, url.getHost(), url.getPort() < 0 ? defaultPort(secure) : url.getPort(),
                path.substring(0, slash),
                path.substring(slash + 1) + query);
    }

    private static int defaultPort(boolean secure) {
        return secure ? DEFAULT_TLS_PORT : DEFAULT_PORT;
    }

    /** Returns a description of what is wrong with {@code url}, or empty if it is a valid address. */
    public static Optional<String> problem(URI url) {
        if (!"rtmp".equalsIgnoreCase(url.getScheme()) && !"rtmps".equalsIgnoreCase(url.getScheme())) {
            return Optional.of("the address does not begin with rtmp:// or rtmps://");
        }
        if (url.getHost() == null) {
            return Optional.of("the address has no host");
        }
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        int slash = path.lastIndexOf('/');
        if (slash < 1 || slash == path.length() - 1) {
            return Optional.of("the address must have the form rtmp://host/application/stream");
        }
        return Optional.empty();
    }

    /** Returns the tcUrl field of {@code connect}. */
    public String tcUrl() {
        return (secure ? "rtmps://" : "rtmp://") + host + (port == defaultPort(secure) ? "" : ":" + port) + "/" + app;
    }
}
