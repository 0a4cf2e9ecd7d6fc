package io.millrace.launcher;

import io.millrace.edge.http.DirectoryJson;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.past.PointInTime;
import io.millrace.platform.past.Takedown;
import io.millrace.tools.past.PastLog;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code takedown}: withdraws past media of a stream, or makes it available again. */
@Command(name = "takedown", sortOptions = false, description = "Withdraws the past of a stream, or a range of it: no viewer, export or replay gets it any more. A live stream goes on.")
final class TakedownCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", description = "A stream, such as live/show.")
    private StreamName stream;
    @Option(names = "--from", paramLabel = "TIME", description = "Start of the range in the stream's PROGRAM-DATE-TIME: RFC 3339 with a time zone, or an offset from now: -90s, -5m, -2h. The segment that contains it is withdrawn, too. Without it, everything before --to.")
    private PointInTime from;
    @Option(names = "--to", paramLabel = "TIME", description = "End of the range; the segment that contains it is withdrawn, too. Without it, the present.")
    private PointInTime to;
    @Option(names = "--epoch", paramLabel = "N", description = "Only this broadcast: a number in the column EPOCH of ./millrace sessions.")
    private Long epoch;
    @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Why, for other operators; viewers do not see it.")
    private String reason;
    @Option(names = "--undo", description = "Makes everything that is withdrawn of the stream, or of the --epoch, available again, as far as it is retained.")
    private boolean undo;
    @Mixin
    private ClusterOptions cluster;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Logging.apply(cluster.logOptions());
        check();
        PrintWriter out = spec.commandLine().getOut();
        try (PastLog log = PastLog.open(cluster.kafka())) {
            StreamDirectory directory = log.directory();
            var takedown = new Takedown(log.kafka(), log.reader(), directory);
            List<Withdrawal> changed = undo ? takedown.restore(stream.value(), only()) : withdraw(takedown);
            if (changed.isEmpty()) {
                throw new UserError(undo
                        ? "nothing of " + stream + " is withdrawn"
                        : "no media of " + stream + " is retained in that range; see ./millrace sessions " + stream);
            }
            Table table = new Table("EPOCH", "SEGMENTS", "FROM", "TO", undo ? "AVAILABLE AGAIN" : "WITHDRAWN");
            changed.forEach(each -> table.row(Long.toString(each.epoch()),
                    each.extent().firstSegment() + "-" + each.extent().lastSegment(),
                    DirectoryJson.time(each.extent().fromMs()), DirectoryJson.time(each.extent().toMs()),
                    stream.value()));
            table.print(out);
        }
        return ExitCode.OK;
    }

    private void check() {
        if (undo && (from != null || to != null)) {
            throw new ParameterException(spec.commandLine(),
                    "--undo takes no --from and --to; name an --epoch or none");
        }
        if (from != null && to != null && from.timeMs() >= to.timeMs()) {
            throw new ParameterException(spec.commandLine(), "--from must be before --to");
        }
        if (reason.length() > Withdrawal.REASON_LIMIT) {
            throw new ParameterException(spec.commandLine(),
                    "--reason must have at most " + Withdrawal.REASON_LIMIT + " characters");
        }
    }

    private List<Withdrawal> withdraw(Takedown takedown) {
        return takedown.withdraw(stream.value(), new Takedown.Span(only(), from == null ? 0 : from.timeMs(),
                to == null ? Long.MAX_VALUE : to.timeMs()), reason);
    }

    private OptionalLong only() {
        return epoch == null ? OptionalLong.empty() : OptionalLong.of(epoch);
    }
}
