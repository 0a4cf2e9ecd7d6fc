package io.millrace.media.mpd;

import java.util.List;

/**
 * The events of a period in one scheme (ISO/IEC 23009-1, 5.10.2). Immutable.
 *
 * @param scheme URI of the scheme, which defines the content
 * @param events at least one
 */
public record EventStream(String scheme, List<Event> events) {
    /** Scheme of {@link Event.Splice} (ANSI/SCTE 214-1, 6.7.4). */
    public static final String SCTE35 = "urn:scte:scte35:2014:xml+bin";

    /**
     * An event.
     *
     * @param timeMs presentation time since the start of the period, ms
     * @param durationMs ms; {@link #UNKNOWN} if it is not known
     * @param id from 0 to 2^32 - 1; tells repetitions of an event apart from other events of the scheme
     */
    public record Event(long timeMs, long durationMs, long id, Content content) {
        /** Value that means no duration. */
        public static final long UNKNOWN = -1;

        /** The message. */
        public sealed interface Content {}

        /** Text that the scheme defines. */
        public record Text(String text) implements Content {}

        /** A splice_info_section of SCTE 35, in Base64. */
        public record Splice(String base64) implements Content {}
    }

    public EventStream {
        events = List.copyOf(events);
    }
}
