package io.millrace.launcher;

import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.launcher.settings.RangeOptions;
import io.millrace.media.StreamName;
import io.millrace.platform.log.TrackId;
import io.millrace.tools.export.ExportFormat;
import io.millrace.tools.export.ExportJob;
import io.millrace.tools.export.ExportResult;
import io.millrace.tools.past.LogRange;
import io.millrace.tools.past.PastLog;
import io.millrace.tools.past.RangeTags;
import io.millrace.tools.past.TrackList;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code export}: writes the retained media of a stream to a file. */
@Command(name = "export", sortOptions = false, description = {
    "Writes the retained media of a stream to an FLV, MP4, CMAF (fragmented MP4) or MPEG-TS file, without transcoding.",
    "Without --from and --to, exports the newest broadcast as far as it is retained; of a live stream, up to now. A "
            + "range continues across interruptions and later broadcasts without a gap. The file is written as "
            + "FILE.part and renamed when it is complete."})
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", description = "A stream, such as live/show.")
    private StreamName stream;
    @Parameters(index = "1", paramLabel = "FILE", description = "The file to write. Without --format, the extension selects the format: .flv, .mp4 or .ts.")
    private Path file;
    @Option(names = "--format", paramLabel = "FORMAT", description = {"The format, whatever the extension:",
        "flv, mp4, cmaf (fragmented MP4) or ts."})
    private ExportFormat chosenFormat;
    @Option(names = "--tracks", paramLabel = "TRACK[,…]", split = ",", description = {
        "The tracks to export, such as video1,audio0, or all: without this option, the default track of each kind. "
                + "FLV and MPEG-TS hold one of each kind, MP4 and CMAF any number."})
    private List<String> tracks;
    @Mixin
    private RangeOptions rangeOptions;
    @Option(names = "--force", description = "Overwrites an existing file.")
    private boolean force;
    @Mixin
    private ClusterOptions cluster;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Logging.apply(cluster.logOptions());
        ExportFormat format = Optional.ofNullable(chosenFormat).or(() -> ExportFormat.of(file))
                .orElseThrow(() -> new ParameterException(spec.commandLine(),
                        "'" + file + "' does not end in .flv, .mp4 or .ts, which selects the format without --format"));
        LogRange range = rangeOptions.range();
        TrackList list = tracks == null ? TrackList.DEFAULT : TrackList.parse(tracks);
        ProcessLife.run(life -> {
            PastLog log = life.opened(PastLog.open(cluster.kafka()));
            RangeTags reader = life.opened(
                    RangeTags.open(log, stream.value(), range, RangeTags.Mode.WHAT_IS_THERE, list));
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
                        : "; frames omitted because the format cannot contain them: "
                                + result.droppedFrames())
                + (result.omitted().isEmpty()
                        ? ""
                        : "; not exported: "
                                + result.omitted().stream().map(TrackId::label).collect(Collectors.joining(", "))
                                + " (see --tracks)"));
    }
}
