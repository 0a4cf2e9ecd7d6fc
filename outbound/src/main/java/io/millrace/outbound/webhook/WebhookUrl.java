package io.millrace.outbound.webhook;

import java.net.URI;

/**
 * The URL of a webhook. Path and query may be secret: {@code toString} hides both. Immutable.
 *
 * @param url {@code http} or {@code https}, without user and fragment
 */
public record WebhookUrl(URI url) {
    /**
     * Parses a URL.
     *
     * @throws IllegalArgumentException if it is not valid; the message does not quote it
     */
    public static WebhookUrl parse(String text) {
        URI url;
        try {
            url = URI.create(text.strip());
        } catch (IllegalArgumentException _) {
            // The exception quotes the URL, which may be secret, and so must not be the cause.
            throw invalid();
        }
        boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!isHttp || url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw invalid();
        }
        return new WebhookUrl(url);
    }

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException(
                "it must be a URL such as https://example.com/hook, without user and fragment");
    }

    /** Returns the URL for display. */
    @Override
    public String toString() {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + "/[hidden]";
    }
}
