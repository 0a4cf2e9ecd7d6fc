package io.millrace.launcher.settings;

import io.millrace.platform.rtmp.ConnectionLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * {@link ConnectionLimits} as people write them: {@code idle=30s,per-address=50}. What is not named keeps its default.
 */
final class RtmpLimitList {
    static final String DEFAULT = "handshake=5s,connect=5s,publish=10s,idle=15s,blocked=10s,per-address=1000,"
            + "unauthenticated=1000";
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private RtmpLimitList() {}

    /** @throws IllegalArgumentException saying what would be right */
    static ConnectionLimits parse(String text) {
        Map<String, String> values = pairs(DEFAULT);
        pairs(text).forEach((name, value) -> {
            if (values.replace(name, value) == null) {
                throw new IllegalArgumentException(
                        "'" + name + "' is no limit of RTMP connections; they are " + DEFAULT);
            }
        });
        return new ConnectionLimits(time(values, "handshake"), time(values, "connect"), time(values, "publish"),
                time(values, "idle"), time(values, "blocked"), count(values, "per-address"),
                count(values, "unauthenticated"));
    }

    private static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            String[] sides = pair.strip().split("\\s*=\\s*", 2);
            if (sides.length < 2 || pairs.put(sides[0], sides[1]) != null) {
                throw new IllegalArgumentException("'" + pair.strip() + "' is not one limit such as idle=15s");
            }
        }
        return pairs;
    }

    private static Duration time(Map<String, String> values, String name) {
        Duration time = TimeSpan.parse(values.get(name));
        if (time.toMillis() < 1_000 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + "=" + values.get(name) + " is not between 1s and 10m");
        }
        return time;
    }

    private static int count(Map<String, String> values, String name) {
        return Converters.count(values.get(name));
    }
}
