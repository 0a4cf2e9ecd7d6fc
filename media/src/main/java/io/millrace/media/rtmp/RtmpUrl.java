package io.millrace.media.rtmp;

import java.net.URI;
import java.util.Optional;

/**
 * An address to publish to, {@code rtmp://host[:1935]/app/name[?query]}, split as most clients do: the name is what follows
 * the last slash, and the query goes with it.
 *
 * <p>Immutable.
 */
public record RtmpUrl(String host, int port, String app, String name) {
    public static final int DEFAULT_PORT = 1935;

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    public static RtmpUrl parse(URI url) {
        problem(url).ifPresent(p -> {
            throw new IllegalArgumentException(url + ": " + p);
        });
        String path = url.getRawPath().substring(1);
        int slash = path.lastIndexOf('/');
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return new RtmpUrl(url.getHost(), url.getPort() < 0 ? DEFAULT_PORT : url.getPort(), path.substring(0, slash),
                path.substring(slash + 1) + query);
    }

    private static Optional<String> problem(URI url) {
        if (!"rtmp".equalsIgnoreCase(url.getScheme())) {
            return Optional.of("the address does not begin with rtmp://");
        }
        if (url.getHost() == null) {
            return Optional.of("the address names no host");
        }
        String path = url.getRawPath();
        int slash = path.lastIndexOf('/');
        if (slash < 1 || slash == path.length() - 1) {
            return Optional.of("the address is rtmp://host/application/stream");
        }
        return Optional.empty();
    }

    /** What {@code connect} repeats to the server. */
    public String tcUrl() {
        return "rtmp://" + host + (port == DEFAULT_PORT ? "" : ":" + port) + "/" + app;
    }
}
