package io.millrace.outbound.webhook;

import io.millrace.media.StreamName;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.StreamEvent;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One webhook. Immutable.
 *
 * @param name 1 to 64 letters, digits, {@code .}, {@code _} or {@code -}; names the consumer group, so a webhook with
 *        another name begins with new events
 * @param secret signs the requests; empty without signature
 * @param types the delivered types; all if empty
 * @param streams the streams whose events are delivered; all if empty
 */
public record WebhookTarget(String name, WebhookUrl url, Optional<WebhookSecret> secret, Set<StreamEvent.Type> types,
        List<StreamPattern> streams) {
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";

    /** @throws IllegalArgumentException if the name is invalid */
    public WebhookTarget {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("'name' must have 1 to 64 letters, digits, '.', '_' or '-'");
        }
        types = Set.copyOf(types);
        streams = List.copyOf(streams);
    }

    /** Returns whether the webhook delivers {@code event}. */
    boolean wants(StreamEvent event) {
        if (!types.isEmpty() && !types.contains(event.type())) {
            return false;
        }
        return streams.isEmpty() || StreamName.parse(event.stream())
                .filter(name -> streams.stream().anyMatch(pattern -> pattern.matches(name))).isPresent();
    }
}
