package io.millrace.launcher;

import io.millrace.launcher.export.ExportFormat;
import io.millrace.launcher.export.ExportJob;
import io.millrace.launcher.export.ExportResult;
import io.millrace.launcher.past.PastLog;
import io.millrace.launcher.past.PastReader;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.launcher.settings.RangeOptions;
import io.millrace.media.StreamName;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what the log holds of a stream into a file. */
@Command(name = "export", sortOptions = false, description = {
    "Writes what the log holds of a stream into a file, as it was sent.",
    "Without --from and --to: the newest broadcast, all that is retained of it; of a live stream up to now. A range goes on over "
            + "pauses and later broadcasts without a gap. FILE.part is written first and gets its name when it is whole."})
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", converter = StreamArgument.class, description = "A stream, such as live/show.")
    private StreamName stream;
    @Parameters(index = "1", paramLabel = "FILE", description = "Its end says what to write: .flv, .mp4 or .ts.")
    private Path file;
    @Mixin
    private RangeOptions rangeOptions;
    @Option(names = "--force", description = "Overwrites the file if it is there.")
    private boolean force;
    @Mixin
    private ClusterOptions cluster;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Logging.apply(cluster.logOptions());
        ExportFormat format = ExportFormat.of(file).orElseThrow(() -> new ParameterException(spec.commandLine(),
                "'" + file + "' does not end in .flv, .mp4 or .ts, which says what to write"));
        RangeOptions.Range range = rangeOptions.range();
        ProcessLife.run(life -> {
            PastLog log = life.opened(PastLog.open(cluster));
            PastReader reader = life.opened(
                    PastReader.open(log, stream.value(), range, PastReader.Mode.WHAT_IS_THERE));
            life.opened(JobThread.start("export",
                    new ExportJob(reader, stream.value(), file, format, force, new ExportStatus(), this::print), life));
        });
        return ExitCode.OK;
    }

    private void print(ExportResult result) {
        spec.commandLine().getOut().println(result.file() + ": " + StatusLine.clock(result.mediaMs()) + ", "
                + StatusLine.megabytes(result.sizeBytes()) + ", " + result.pictures() + " video and " + result.sounds()
                + " audio frames, recorded from " + result.began().truncatedTo(ChronoUnit.SECONDS)
                + (result.droppedFrames() == 0
                        ? ""
                        : "; left out, as the format has no room for them: "
                                + result.droppedFrames()));
    }
}
