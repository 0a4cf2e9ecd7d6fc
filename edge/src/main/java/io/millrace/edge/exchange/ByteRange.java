package io.millrace.edge.exchange;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Range header (RFC 9110, 14.2) for a single byte range. A pure function; multiple ranges and other units are
 * ignored, as the standard allows.
 */
sealed interface ByteRange {
    /** No usable Range header: send the whole body. */
    record Whole() implements ByteRange {}

    /**
     * @param first first byte
     * @param last last byte, inclusive; both lie within the body
     */
    record Part(int first, int last) implements ByteRange {
        int size() {
            return last - first + 1;
        }
    }

    /** The range lies outside the body: 416. */
    record Unsatisfiable() implements ByteRange {}

    Pattern ONE = Pattern.compile("(?i)bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

    /** @param header the Range header, or null */
    static ByteRange parse(String header, int size) {
        if (header == null) {
            return new Whole();
        }
        Matcher one = ONE.matcher(header);
        if (!one.matches() || one.group(1).isEmpty() && one.group(2).isEmpty()) {
            return new Whole();
        }
        if (one.group(1).isEmpty()) {
            long suffix = Long.parseLong(one.group(2));
            return suffix == 0 || size == 0
                    ? new Unsatisfiable()
                    : new Part((int) Math.max(0, size - suffix), size - 1);
        }
        long first = Long.parseLong(one.group(1));
        long last = one.group(2).isEmpty() ? size - 1 : Long.parseLong(one.group(2));
        if (last < first && !one.group(2).isEmpty()) {
            return new Whole();
        }
        return first >= size ? new Unsatisfiable() : new Part((int) first, (int) Math.min(last, size - 1));
    }
}
