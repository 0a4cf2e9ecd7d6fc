package io.millrace.launcher.settings;

import io.millrace.platform.past.PointInTime;
import io.millrace.tools.past.LogRange;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The flags that select a range of a stream's retained media. */
public final class RangeOptions {
    private static final String TIME = "RFC 3339 with a time zone, or an offset from now: -90s, -5m, -2h.";

    @Option(names = "--from", paramLabel = "TIME", description = "Start of the range in the stream's PROGRAM-DATE-TIME; begins with the keyframe at or before it. "
            + TIME + " Without it, begins with the newest broadcast, or with the broadcast that contains --to.")
    private PointInTime from;

    @Option(names = "--to", paramLabel = "TIME", description = "End of the range: before the first frame at or after it. Same format as --from.")
    private PointInTime to;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /**
     * Returns the range, from {@code --from} (inclusive) to {@code --to} (exclusive); either may be open.
     *
     * @throws ParameterException if {@code --from} is not before {@code --to}
     */
    public LogRange range() {
        LogRange range = new LogRange(instant(from), instant(to));
        if (range.from().isPresent() && range.to().isPresent() && !range.from().get().isBefore(range.to().get())) {
            throw new ParameterException(command.commandLine(), "--from must be before --to");
        }
        return range;
    }

    private static Optional<Instant> instant(PointInTime point) {
        return Optional.ofNullable(point).map(given -> Instant.ofEpochMilli(given.timeMs()));
    }
}
