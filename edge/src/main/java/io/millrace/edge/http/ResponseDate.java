package io.millrace.edge.http;

import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import java.util.Date;

/** The Date header of responses, formatted once per second. Thread-safe. */
final class ResponseDate {
    private static final long SECOND_MS = 1_000;

    /** @param second s since 1970 */
    private record Moment(long second, AsciiString text) {}

    private static volatile Moment last = new Moment(-1, AsciiString.EMPTY_STRING);

    private ResponseDate() {}

    /** Returns the value of the Date header. */
    static AsciiString now() {
        long second = System.currentTimeMillis() / SECOND_MS;
        Moment moment = last;
        if (moment.second() != second) {
            moment = new Moment(second, AsciiString.of(DateFormatter.format(new Date(second * SECOND_MS))));
            last = moment;
        }
        return moment.text();
    }
}
