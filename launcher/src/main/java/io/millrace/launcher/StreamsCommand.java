package io.millrace.launcher;

import io.millrace.edge.http.DirectoryJson;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import io.millrace.tools.past.PastLog;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code streams}: lists the streams in the log. */
@Command(name = "streams", sortOptions = false, description = "Lists the streams in the log: live, in grace, ended.")
final class StreamsCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Option(names = "--json", description = "Prints the JSON of GET /api/v1/streams of the admin port, as one list; 'viewers' is null, because only edges count viewers.")
    private boolean json;
    @Mixin
    private ClusterOptions cluster;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Logging.apply(cluster.logOptions());
        PrintWriter out = spec.commandLine().getOut();
        try (PastLog log = PastLog.open(cluster.kafka())) {
            List<StreamEntry> streams = log.directory().list(null, Integer.MAX_VALUE);
            if (json) {
                out.println(DirectoryJson.streams(streams));
            } else {
                print(streams, out);
            }
        }
        return ExitCode.OK;
    }

    private static void print(List<StreamEntry> streams, PrintWriter out) {
        Table table = new Table("NAME", "STATE", "STARTED", "CODECS", "BITRATE", "PUBLISHER", "WARNINGS");
        for (StreamEntry entry : streams) {
            String codecs = String.join(",", Tracks.of(entry.session().tracks()).codecs());
            String warnings = String.join(",",
                    entry.session().warnings().stream().map(StreamEntry.Warning::code).toList());
            table.row(entry.stream(), entry.state().name().toLowerCase(Locale.ROOT),
                    DirectoryJson.time(entry.span().startedAtMs()), codecs,
                    entry.playlist().bitrate() == 0
                            ? ""
                            : String.format(Locale.ROOT, "%.2f Mbit/s", entry.playlist().bitrate() / 1e6),
                    entry.session().encoder().address(), warnings);
        }
        table.print(out);
    }
}
