package io.millrace.launcher.settings;

import io.millrace.platform.past.PointInTime;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flags that choose a part of what the log holds of a stream. */
public final class RangeOptions {
    private static final String TIME = "RFC 3339 with a zone, or an offset from now: -90s, -5m, -2h.";

    @Option(names = "--from", paramLabel = "TIME", converter = Converters.Point.class, description = "Where to begin, by the stream's PROGRAM-DATE-TIME: at the keyframe at or before. "
            + TIME + " Without it: with the newest broadcast, or the one that --to is in.")
    private PointInTime from;

    @Option(names = "--to", paramLabel = "TIME", converter = Converters.Point.class, description = "Where to end: before the first frame at or after that time. As above.")
    private PointInTime to;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * A part of a stream's past, by PROGRAM-DATE-TIME.
     *
     * @param from empty: with the newest broadcast, or the one that {@code to} is in
     * @param to empty: without an end
     */
    public record Range(Optional<Instant> from, Optional<Instant> to) {}

    /** @throws ParameterException if it ends before it begins */
    public Range range() {
        Range range = new Range(instant(from), instant(to));
        if (range.from().isPresent() && range.to().isPresent() && !range.from().get().isBefore(range.to().get())) {
            throw new ParameterException(command.commandLine(), "--from must be before --to");
        }
        return range;
    }

    private static Optional<Instant> instant(PointInTime point) {
        return Optional.ofNullable(point).map(given -> Instant.ofEpochMilli(given.timeMs()));
    }
}
