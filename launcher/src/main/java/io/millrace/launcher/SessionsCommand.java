package io.millrace.launcher;

import io.millrace.edge.http.DirectoryJson;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.media.StreamName;
import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.StreamEntry;
import io.millrace.tools.past.PastLog;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code sessions}: lists the retained sessions of one stream. */
@Command(name = "sessions", sortOptions = false, description = "Lists the retained sessions of a stream (every publish), oldest first.")
final class SessionsCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", description = "A stream, such as live/show.")
    private StreamName stream;
    @Option(names = "--json", description = "Prints the JSON of GET /api/v1/streams/NAME/sessions, as one list.")
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
            List<SessionSpan> sessions = log.sessions(stream.value());
            if (json) {
                out.println(DirectoryJson.sessions(sessions));
            } else {
                print(sessions, out);
            }
        }
        return ExitCode.OK;
    }

    private static void print(List<SessionSpan> sessions, PrintWriter out) {
        Table table = new Table("SESSION", "EPOCH", "STARTED", "ENDED", "DURATION", "SIZE", "CODECS");
        for (SessionSpan span : sessions) {
            StreamEntry.Session session = span.session();
            table.row(Long.toString(session.session()), Long.toString(span.epoch().epoch()),
                    DirectoryJson.time(session.startedAtMs()),
                    session.endedAtMs() == 0 ? "" : DirectoryJson.time(session.endedAtMs()),
                    StatusLine.clock(session.durationMs()), StatusLine.megabytes(session.sizeBytes()),
                    String.join(",", session.codecs()));
        }
        table.print(out);
    }
}
