package io.millrace.outbound.webhook;

import io.millrace.media.StreamName;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.StreamEvent;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One webhook. The URL's query may be secret, and so is the path of some services: nothing logs or shows either.
 *
 * @param name 1 to 64 letters, digits, {@code .}, {@code _} or {@code -}; names the consumer group, so a webhook with
 *        another name begins with new events
 * @param url {@code http} or {@code https}, without user and fragment
 * @param secret signs the requests; empty without signature
 * @param types the delivered types; all if empty
 * @param streams the streams whose events are delivered; all if empty
 */
public record WebhookTarget(String name, URI url, Optional<WebhookSecret> secret, Set<StreamEvent.Type> types,
        List<StreamPattern> streams) {
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";

    /** @throws IllegalArgumentException if a value is invalid; the message does not quote the URL */
    public WebhookTarget {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("'name' must have 1 to 64 letters, digits, '.', '_' or '-'");
        }
        types = Set.copyOf(types);
        streams = List.copyOf(streams);
    }

    /**
     * Parses the URL of a webhook.
     *
     * @throws IllegalArgumentException if it is not valid; the message does not quote it
     */
    public static URI url(String text) {
        URI url;
        try {
            url = URI.create(text.strip());
        } catch (IllegalArgumentException _) {
            // The exception quotes the URL, which may be secret, and so must not be the cause.
            throw invalidUrl();
        }
        boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!isHttp || url.getHost() == null || url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw invalidUrl();
        }
        return url;
    }

    private static IllegalArgumentException invalidUrl() {
        return new IllegalArgumentException("the URL of a webhook must be http://HOST[:PORT]/… or https://…, without user "
                + "and fragment");
    }

    /** Returns whether the webhook delivers {@code event}. */
    boolean wants(StreamEvent event) {
        if (!types.isEmpty() && !types.contains(event.type())) {
            return false;
        }
        return streams.isEmpty() || StreamName.parse(event.stream())
                .filter(name -> streams.stream().anyMatch(pattern -> pattern.matches(name))).isPresent();
    }

    /** Returns the part of the URL that is not secret. */
    String shownUrl() {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + "/…";
    }

    @Override
    public String toString() {
        return name + " (" + shownUrl() + ")";
    }
}
