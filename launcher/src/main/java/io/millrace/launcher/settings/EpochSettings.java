package io.millrace.launcher.settings;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * How epochs are cut and listed: the values of the flags, or those of one application. Immutable.
 *
 * @param segment target duration of a segment
 * @param part longest duration of a part
 * @param window length of a live playlist
 * @param grace how long a publisher may be away
 */
record EpochSettings(Duration segment, Duration part, Duration window, Duration grace, List<Format> formats) {
    /** The names of the values. */
    static final Set<String> NAMES = Set.of("segment", "part", "window", "grace", "formats");

    private static final Duration SHORTEST_SEGMENT = Duration.ofMillis(500);
    private static final Duration LONGEST_SEGMENT = Duration.ofSeconds(60);
    private static final Duration SHORTEST_PART = Duration.ofMillis(100);
    /** RFC 8216, 6.2.2: a live playlist must not be shorter than three target durations. */
    private static final int FEWEST_SEGMENTS = 3;
    private static final Duration LONGEST_TIME = Duration.ofDays(7);

    /**
     * Returns these settings with another value.
     *
     * @param name one of {@link #NAMES}
     * @throws IllegalArgumentException if {@code text} is not valid; the message is for the user
     */
    EpochSettings with(String name, String text) {
        return switch (name) {
            case "segment" -> new EpochSettings(Quantity.duration(text), part, window, grace, formats);
            case "part" -> new EpochSettings(segment, Quantity.duration(text), window, grace, formats);
            case "window" -> new EpochSettings(segment, part, Quantity.duration(text), grace, formats);
            case "grace" -> new EpochSettings(segment, part, window, Quantity.duration(text), formats);
            case "formats" -> new EpochSettings(segment, part, window, grace, Converters.formats(text));
            default -> throw new IllegalArgumentException("no application has this setting");
        };
    }

    /**
     * Checks the values.
     *
     * @param named returns what messages call a value, by its name
     * @param retention how long media is retained
     * @throws IllegalArgumentException if a value is out of range; the message is for the user
     */
    void check(UnaryOperator<String> named, Duration retention) {
        String segments = named.apply("segment");
        String parts = named.apply("part");
        String windows = named.apply("window");
        Check.that(segment.compareTo(SHORTEST_SEGMENT) >= 0 && segment.compareTo(LONGEST_SEGMENT) <= 0,
                segments + " must be between 500ms and 60s");
        Check.that(part.compareTo(SHORTEST_PART) >= 0, parts + " must be 100ms or more");
        Check.that(part.compareTo(segment) <= 0,
                parts + " must not be longer than " + segments + ", which consists of parts");
        Check.that(window.compareTo(segment.multipliedBy(FEWEST_SEGMENTS)) >= 0,
                windows + " must be at least three times " + segments
                        + ", because players start three segments from the end");
        Check.that(window.compareTo(LONGEST_TIME) <= 0 && grace.compareTo(LONGEST_TIME) <= 0,
                windows + " and " + named.apply("grace") + " must be 7d or less");
        Check.that(retention.compareTo(window) >= 0,
                windows + " must not be longer than --retention; playlists would list expired segments");
    }

    /** Returns the rules for epochs that begin with these settings. */
    EpochRules rules() {
        return new EpochRules(EpochRules.CURRENT_VERSION, (int) segment.toMillis(), (int) part.toMillis(),
                (int) window.toMillis(), (int) grace.toMillis(), formats);
    }
}
