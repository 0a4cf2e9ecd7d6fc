package io.millrace.launcher.settings;

import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags for epochs that begin while the process runs: how they are cut and listed. */
public final class EpochOptions {
    private static final Duration SHORTEST_SEGMENT = Duration.ofMillis(500);
    private static final Duration LONGEST_SEGMENT = Duration.ofSeconds(60);
    private static final Duration SHORTEST_PART = Duration.ofMillis(100);
    /** RFC 8216, 6.2.2: a live playlist must not be shorter than three target durations. */
    private static final int FEWEST_SEGMENTS = 3;
    private static final Duration LONGEST_TIME = Duration.ofDays(7);

    @Option(names = "--segment", paramLabel = "TIME", defaultValue = "2s", description = "Target duration of a segment, 500ms to 60s.")
    private Duration segment;

    @Option(names = "--part", paramLabel = "TIME", defaultValue = "500ms", description = "Longest duration of a part, from 100ms to a segment.")
    private Duration part;

    @Option(names = "--window", paramLabel = "TIME", defaultValue = "30s", description = "Length of a live playlist, at least three segments.")
    private Duration window;

    @Option(names = "--grace", paramLabel = "TIME", defaultValue = "30s", description = "How long a publisher may be away before its stream ends.")
    private Duration grace;

    @Option(names = "--formats", converter = Converters.Formats.class, paramLabel = "FORMAT[,…]", defaultValue = "cmaf,ts", description = "Formats in which media is packaged for HLS: 'cmaf' for every codec, 'ts' for older players, or both.")
    private List<Format> formats;

    Duration window() {
        return window;
    }

    void check() {
        Check.that(segment.compareTo(SHORTEST_SEGMENT) >= 0 && segment.compareTo(LONGEST_SEGMENT) <= 0,
                "--segment must be between 500ms and 60s");
        Check.that(part.compareTo(SHORTEST_PART) >= 0, "--part must be 100ms or more");
        Check.that(part.compareTo(segment) <= 0,
                "--part must not be longer than --segment, which consists of parts");
        Check.that(window.compareTo(segment.multipliedBy(FEWEST_SEGMENTS)) >= 0,
                "--window must be at least three times --segment, because players start three segments from the end");
        Check.that(window.compareTo(LONGEST_TIME) <= 0 && grace.compareTo(LONGEST_TIME) <= 0,
                "--window and --grace must be 7d or less");
    }

    /** Returns the rules for epochs that begin with these settings. */
    public EpochRules rules() {
        return new EpochRules(EpochRules.CURRENT_VERSION, (int) segment.toMillis(), (int) part.toMillis(),
                (int) window.toMillis(), (int) grace.toMillis(), formats);
    }
}
