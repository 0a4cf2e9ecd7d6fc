package io.millrace.platform.access;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The URL of a hook or of a key set. Its {@code user:password@} and query may be secret: {@code toString} hides both.
 * Immutable.
 *
 * @param url the URL in the settings
 */
public record SecretUrl(URI url) {
    private static final String HIDDEN = "[hidden]";

    /** Returns the URL to which requests are sent, which does not contain {@code user:password@}. */
    URI target() {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return URI.create(place() + query);
    }

    /**
     * Returns the value of the Authorization header (Basic, RFC 7617, in UTF-8); empty if the URL has no
     * {@code user:password@}.
     */
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

    /** Returns the URL for display, with the secret parts replaced by {@code [hidden]}. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + (url.getRawUserInfo() == null ? "" : HIDDEN + "@") + host() + url.getRawPath()
                + (url.getRawQuery() == null ? "" : "?" + HIDDEN);
    }
}
