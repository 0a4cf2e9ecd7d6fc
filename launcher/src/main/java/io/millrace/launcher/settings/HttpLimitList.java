package io.millrace.launcher.settings;

import io.millrace.edge.http.HttpLimits;
import java.util.Map;

/**
 * Parses {@code --http-limits}, such as {@code idle=30s,per-address=100}. A limit that is not named keeps its default.
 */
final class HttpLimitList {
    private static final String EACH = "headers=10s,idle=60s,blocked=30s,connections=50000,per-address=10000,"
            + "request-line=8KiB,request-headers=8KiB,header-count=100";
    private static final int SHORTEST_BYTES = 256;
    private static final int LONGEST_BYTES = 1 << 20;

    private HttpLimitList() {}

    /**
     * Parses the limits.
     *
     * @throws IllegalArgumentException if a name is unknown or a value is not valid; the message is for the user
     */
    static HttpLimits parse(String text) {
        LimitList values = LimitList.parse(text, EACH, "HTTP connections");
        return new HttpLimits(values.time("headers"), values.time("idle"), values.time("blocked"),
                values.count("connections"), values.count("per-address"), bytes(values, "request-line"),
                bytes(values, "request-headers"), values.count("header-count"));
    }

    /** Returns the default of each limit by name. */
    static Map<String, String> defaults() {
        return LimitList.pairs(EACH);
    }

    private static int bytes(LimitList values, String name) {
        int bytes = values.bytes(name);
        if (bytes < SHORTEST_BYTES || bytes > LONGEST_BYTES) {
            throw new IllegalArgumentException(name + "=" + bytes + "B is not between 256B and 1MiB");
        }
        return bytes;
    }
}
