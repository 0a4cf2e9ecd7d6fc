package io.millrace.platform.log;

import io.millrace.platform.log.RecordSchema.Generic;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A cue point or date range of an epoch, as playlists list it, or the end of one that began without a known end. The end
 * has the id and the start of its range. Immutable.
 *
 * @param id identifies the range in all playlists of the stream: the name from the cue's source, {@code @}, and the
 *     position of the range's first record in the format of session numbers, such as {@code break-7@1042}
 * @param position position of the record that caused this cue
 * @param place where the cue is in the media
 * @param startMs PROGRAM-DATE-TIME of the start, ms since 1970
 * @param endMs PROGRAM-DATE-TIME of the end; {@link #UNKNOWN} if it is not known yet
 * @param plannedMs planned duration; {@link #UNKNOWN} if there is none
 * @param attributes further attributes, in order
 */
public record Cue(String id, long position, Place place, long startMs, long endMs, long plannedMs,
        List<Attribute> attributes) {
    /** Value that means no time. */
    public static final long UNKNOWN = -1;
    /** Limit of the attributes of a cue. */
    public static final int ATTRIBUTES_LIMIT = 16;
    /** Limit of the characters in all names and values of a cue's attributes. */
    public static final int ATTRIBUTE_CHARS_LIMIT = 2_048;

    /**
     * Where a cue is in the media.
     *
     * @param segment number of the segment with which playlists list the cue first; {@link #UNKNOWN} until that segment
     *     is cut
     * @param discontinuity discontinuity number of that segment
     * @param periodMs media time of the cue since the start of the first segment with that number, at least 0
     */
    public record Place(long segment, long discontinuity, long periodMs) {
        /** The place of a cue whose segment is not cut yet. */
        public static final Place OPEN = new Place(UNKNOWN, 0, 0);
    }

    /**
     * An attribute of EXT-X-DATERANGE.
     *
     * @param name CLASS, SCTE35-CMD, SCTE35-OUT, SCTE35-IN, or one that begins with {@code X-}
     * @param value of an SCTE35 attribute, {@code 0x} and hexadecimal digits; otherwise text without quotes and control
     *     characters
     */
    public record Attribute(String name, String value) {
        /** Limit of a name. */
        public static final int NAME_LIMIT = 64;
        private static final Pattern SCTE35 = Pattern.compile("SCTE35-(CMD|OUT|IN)");
        private static final Pattern NAME = Pattern.compile("CLASS|X-[A-Z0-9-]+");
        private static final Pattern HEX = Pattern.compile("0[xX]([0-9a-fA-F]{2})+");

        public Attribute {
            boolean isHex = SCTE35.matcher(name).matches();
            if (!isHex && !NAME.matcher(name).matches() || name.length() > NAME_LIMIT) {
                throw new IllegalArgumentException(
                        "an attribute is CLASS, SCTE35-CMD, SCTE35-OUT, SCTE35-IN, or X- and up"
                                + " to " + (NAME_LIMIT - 2) + " of A to Z, 0 to 9 and -");
            }
            if (isHex && !HEX.matcher(value).matches()) {
                throw new IllegalArgumentException(name + " must be 0x and an even number of hexadecimal digits");
            }
            if (value.codePoints().anyMatch(c -> c == '"' || isControl(c))) {
                throw new IllegalArgumentException(name + " must not contain quotes or control characters");
            }
        }

        /**
         * Returns whether a character could break a line, cannot be encoded, or changes the direction of text. Does not
         * depend on the version of Unicode, because readers of all releases must agree.
         */
        public static boolean isControl(int c) {
            return c < 0x20 || c >= 0x7F && c <= 0x9F || c >= 0xD800 && c <= 0xDFFF || c == 0x2028 || c == 0x2029
                    || c == 0x200E || c == 0x200F || c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
        }

        /** Returns whether the value is a splice_info_section of SCTE 35, in hexadecimal with 0x. */
        public boolean isSplice() {
            return SCTE35.matcher(name).matches();
        }

        int chars() {
            return name.length() + value.length();
        }
    }

    public Cue {
        attributes = List.copyOf(attributes);
    }

    /** @throws IllegalArgumentException if there are too many attributes, one is repeated, or they are too long */
    static List<Attribute> checked(List<Attribute> attributes) {
        if (attributes.size() > ATTRIBUTES_LIMIT) {
            throw new IllegalArgumentException("a cue has at most " + ATTRIBUTES_LIMIT + " attributes");
        }
        if (attributes.stream().map(Attribute::name).distinct().count() < attributes.size()) {
            throw new IllegalArgumentException("an attribute is repeated");
        }
        if (chars(attributes) > ATTRIBUTE_CHARS_LIMIT) {
            throw new IllegalArgumentException("the attributes of a cue have at most " + ATTRIBUTE_CHARS_LIMIT
                    + " characters in all");
        }
        return List.copyOf(attributes);
    }

    private static int chars(List<Attribute> attributes) {
        return attributes.stream().mapToInt(Attribute::chars).sum();
    }

    /** Returns the size in characters, which is about the size in the log. */
    public int chars() {
        return id.length() + chars(attributes);
    }

    /** Returns whether this is the end of a range that began without one. */
    public boolean isEnd() {
        return !id.endsWith("@" + position);
    }

    /** Returns the cue at a place in the media. */
    public Cue at(Place its) {
        return new Cue(id, position, its, startMs, endMs, plannedMs, attributes);
    }

    /** Writes the cue to a record with the fields of {@code Cue.avsc}. */
    public void write(Generic g) {
        g.put("id", id).put("position", position).put("segment", place.segment())
                .put("discontinuity", place.discontinuity()).put("periodMs", place.periodMs()).put("startMs", startMs)
                .put("endMs", endMs).put("plannedMs", plannedMs);
        write(attributes, g);
    }

    static void write(List<Attribute> attributes, Generic g) {
        g.list("attributes", attributes, (each, its) -> its.put("name", each.name()).put("value", each.value()));
    }

    /** Reads what {@link #write(Generic)} wrote. */
    public static Cue read(Generic g) {
        return new Cue(g.text("id"), g.int64("position"),
                new Place(g.int64("segment"), g.int64("discontinuity"), g.int64("periodMs")), g.int64("startMs"),
                g.int64("endMs"), g.int64("plannedMs"), attributes(g));
    }

    static List<Attribute> attributes(Generic g) {
        return g.list("attributes", its -> new Attribute(its.text("name"), its.text("value")));
    }
}
