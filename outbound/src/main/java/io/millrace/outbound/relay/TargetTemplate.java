package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.tools.push.PublishAddress;
import java.net.URI;

/**
 * The URL of a target, with placeholders for the name of the stream: {@code {stream}} is the whole name, {@code {name}}
 * its last segment, {@code {app}} the segments before that. Immutable; {@link #toString} omits the stream key.
 */
public final class TargetTemplate {
    private static final StreamName SAMPLE = new StreamName("live/show");

    private final String text;

    private TargetTemplate(String text) {
        this.text = text;
    }

    /**
     * Parses {@code rtmp[s]://host[:port]/app/name[?query]}.
     *
     * @throws IllegalArgumentException with a message that describes the fault without quoting the URL
     */
    public static TargetTemplate parse(String text) {
        TargetTemplate template = new TargetTemplate(text);
        URI sample = template.of(SAMPLE);
        if (sample.toString().contains("{") || sample.toString().contains("}")) {
            throw new IllegalArgumentException(
                    "the target contains a placeholder other than {app}, {name} and {stream}");
        }
        return template;
    }

    /** Returns whether different streams have different targets. */
    public boolean dependsOnStream() {
        return !of(SAMPLE).equals(of(new StreamName("live/other")));
    }

    /** Returns the target of a stream. */
    URI of(StreamName stream) {
        String name = stream.value();
        int slash = name.lastIndexOf('/');
        return PublishAddress.parse(text.replace("{stream}", name).replace("{name}", name.substring(slash + 1))
                .replace("{app}", name.substring(0, Math.max(0, slash))));
    }

    @Override
    public String toString() {
        return PublishAddress.shown(of(SAMPLE));
    }
}
