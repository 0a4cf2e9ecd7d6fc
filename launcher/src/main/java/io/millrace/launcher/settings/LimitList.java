package io.millrace.launcher.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parses limits such as {@code idle=30s,per-address=50}. A limit that is not named keeps its default. Immutable. */
final class LimitList {
    /** The text with which every limit keeps its default. docs/reference.md lists the defaults. */
    static final String DEFAULT = "default";

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Map<String, String> values;

    private LimitList(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Parses limits.
     *
     * @param each all limits with their defaults, in the same syntax
     * @param of what the limits apply to, for messages
     * @throws IllegalArgumentException if a name is unknown; the message is for the user
     */
    static LimitList parse(String text, String each, String of) {
        Map<String, String> values = pairs(each);
        if (!text.strip().equals(DEFAULT)) {
            pairs(text).forEach((name, value) -> {
                if (values.replace(name, value) == null) {
                    throw new IllegalArgumentException("'" + name + "' is not a limit of " + of + "; "
                            + NearestName.of(name, values.keySet()).map(near -> "did you mean '" + near + "'?")
                                    .orElse("the limits are " + String.join(", ", values.keySet())));
                }
            });
        }
        return new LimitList(values);
    }

    /** Returns the values by name, in the order of the text. */
    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            String[] sides = pair.strip().split("\\s*=\\s*", 2);
            if (sides.length < 2 || pairs.put(sides[0], sides[1]) != null) {
                throw new IllegalArgumentException(
                        "'" + pair.strip() + "' is not a limit such as idle=15s, or names one twice");
            }
        }
        return pairs;
    }

    /**
     * Returns the value of a duration limit.
     *
     * @throws IllegalArgumentException if the value is not between 1 s and 10 minutes; the message is for the user
     */
    Duration time(String name) {
        Duration time = Quantity.duration(values.get(name));
        if (time.toMillis() < 1_000 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + "=" + values.get(name) + " is not between 1s and 10m");
        }
        return time;
    }

    int count(String name) {
        return Converters.count(values.get(name));
    }

    int bytes(String name) {
        long bytes = Quantity.bytes(values.get(name));
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + "=" + values.get(name) + " is more than 2 GiB");
        }
        return (int) bytes;
    }
}
