package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.tools.push.MediaSink;
import io.millrace.tools.push.PublishAddress;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Where a relay publishes one stream. Its URL contains a key, so that nothing else sees it. Immutable. */
final class RelayTarget {
    private static final String HIDDEN = "…";

    private final RelayRule rule;
    private final RelayKey key;
    private final URI url;

    RelayTarget(RelayRule rule, StreamName stream) {
        this.rule = rule;
        key = new RelayKey(rule.name(), stream.value());
        url = rule.target().of(stream);
    }

    RelayKey key() {
        return key;
    }

    RelayRule.From from() {
        return rule.from();
    }

    /** Connects, and returns when the target accepts media. */
    MediaSink connect() throws IOException {
        return MediaSink.rtmp(rule.trust()).connect(url);
    }

    /** Returns the URL without the stream name and query. */
    String shown() {
        return PublishAddress.shown(url);
    }

    /** Returns the message of a failure. A server may quote the stream name or query, which are removed. */
    String redacted(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        for (String secret : List.of(url.getRawQuery() == null ? "" : url.getRawQuery(), name(url.getRawPath()),
                name(url.getPath()))) {
            message = secret.isEmpty() ? message : message.replace(secret, HIDDEN);
        }
        return message;
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
