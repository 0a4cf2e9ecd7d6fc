package io.millrace.ingest.policy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The URL of a hook, whose {@code user:password@} and query may be secrets. Its text hides both. Immutable.
 *
 * @param url as it was given
 */
public record HookUrl(URI url) {
    private static final String HIDDEN = "[hidden]";

    /** What is asked: the URL without {@code user:password@}. */
    URI target() {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return URI.create(place() + query);
    }

    /** Value of the Authorization header: Basic, RFC 7617, in UTF-8; empty without {@code user:password@}. */
    Optional<String> authorization() {
        return Optional.ofNullable(url.getUserInfo())
                .map(user -> user.contains(":") ? user : user + ":")
                .map(user -> "Basic "
                        + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
    }

    private String place() {
        return url.getScheme() + "://" + host() + url.getRawPath();
    }

    private String host() {
        return url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    /** For people: scheme, host, port and path. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + (url.getRawUserInfo() == null ? "" : HIDDEN + "@") + host() + url.getRawPath()
                + (url.getRawQuery() == null ? "" : "?" + HIDDEN);
    }
}
