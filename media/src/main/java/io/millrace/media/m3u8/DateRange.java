package io.millrace.media.m3u8;

import java.util.List;

/**
 * One EXT-X-DATERANGE (RFC 8216bis, 4.4.5.1). Two tags with one ID describe one range; the later one adds its end.
 *
 * <p>Immutable.
 *
 * @param id identifies the range in every playlist of the stream
 * @param startMs START-DATE, ms since 1970 UTC
 * @param durationMs DURATION; {@link #UNKNOWN} if it is not known yet
 * @param plannedMs PLANNED-DURATION; {@link #UNKNOWN} if there is none
 * @param attributes the other attributes
 */
public record DateRange(String id, long startMs, long durationMs, long plannedMs, List<Attribute> attributes) {
    /** Value that means no duration. */
    public static final long UNKNOWN = -1;

    /** Milliseconds per second. */
    private static final int MILLIS = 1_000;
    private static final int DIGITS = 3;
    /** The values of these attributes are hexadecimal sequences; those of all others are quoted. */
    private static final String SCTE35 = "SCTE35-";

    /**
     * CLASS, SCTE35-CMD, SCTE35-OUT, SCTE35-IN, or an attribute of the client.
     *
     * @param value of a SCTE35 attribute, the hexadecimal sequence with its prefix; otherwise without quotes and line
     *     breaks
     */
    public record Attribute(String name, String value) {}

    public DateRange {
        attributes = List.copyOf(attributes);
    }

    /** Returns the attributes as in the tag. */
    public String attributeList() {
        AttributeList list = new AttributeList().quoted("ID", id).quoted("START-DATE", DateTimes.text(startMs));
        duration(list, "DURATION", durationMs);
        duration(list, "PLANNED-DURATION", plannedMs);
        for (Attribute attribute : attributes) {
            if (attribute.name().startsWith(SCTE35)) {
                list.token(attribute.name(), attribute.value());
            } else {
                list.quoted(attribute.name(), attribute.value());
            }
        }
        return list.toString();
    }

    /** Returns the line of the tag. */
    String line() {
        return PlaylistLines.body().tag("EXT-X-DATERANGE", attributeList()).toString();
    }

    private static void duration(AttributeList list, String name, long ms) {
        if (ms != UNKNOWN) {
            list.token(name, FixedPoint.text(ms, MILLIS, DIGITS));
        }
    }
}
