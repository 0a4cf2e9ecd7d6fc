package io.millrace.edge.exchange;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The result of a Range header (RFC 9110, 14.2) with a single byte range. Pure. Multiple ranges and other units are
 * ignored, as the standard allows.
 */
sealed interface ByteRange {
    /** No usable Range header: the whole body is sent. */
    record Whole() implements ByteRange {}

    /**
     * The part of the body to send.
     *
     * @param first index of the first byte
     * @param last index of the last byte, inclusive; both lie within the body
     */
    record Part(int first, int last) implements ByteRange {
        int size() {
            return last - first + 1;
        }
    }

    /** The range lies outside the body: 416. */
    record Unsatisfiable() implements ByteRange {}

    Pattern ONE = Pattern.compile("(?i)bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

    /**
     * @param header the Range header, or null
     * @param size of the whole body in bytes
     */
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
