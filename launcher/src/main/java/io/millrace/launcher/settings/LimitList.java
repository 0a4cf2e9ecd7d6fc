package io.millrace.launcher.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Limits as people write them: {@code idle=30s,per-address=50}. What is not named keeps its default. Immutable. */
final class LimitList {
    /** All of them do; one by one they stand in docs/reference.md. */
    static final String DEFAULT = "default";

    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Map<String, String> values;

    private LimitList(Map<String, String> values) {
        this.values = values;
    }

    /**
     * @param each every limit there is with its default
     * @param of what they are limits of, in words
     * @throws IllegalArgumentException saying what would be right
     */
    static LimitList parse(String text, String each, String of) {
        Map<String, String> values = pairs(each);
        if (!text.strip().equals(DEFAULT)) {
            pairs(text).forEach((name, value) -> {
                if (values.replace(name, value) == null) {
                    throw new IllegalArgumentException("'" + name + "' is no limit of " + of + "; "
                            + NearestName.of(name, values.keySet()).map(near -> "did you mean '" + near + "'?")
                                    .orElse("they are " + String.join(", ", values.keySet())));
                }
            });
        }
        return new LimitList(values);
    }

    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            String[] sides = pair.strip().split("\\s*=\\s*", 2);
            if (sides.length < 2 || pairs.put(sides[0], sides[1]) != null) {
                throw new IllegalArgumentException("'" + pair.strip() + "' is not one limit such as idle=15s");
            }
        }
        return pairs;
    }

    Duration time(String name) {
        Duration time = TimeSpan.parse(values.get(name));
        if (time.toMillis() < 1_000 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + "=" + values.get(name) + " is not between 1s and 10m");
        }
        return time;
    }

    int count(String name) {
        return Converters.count(values.get(name));
    }

    int bytes(String name) {
        long bytes = ByteSize.parse(values.get(name));
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + "=" + values.get(name) + " is more than 2 GiB");
        }
        return (int) bytes;
    }
}
