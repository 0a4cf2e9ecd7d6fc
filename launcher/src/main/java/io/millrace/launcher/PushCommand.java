package io.millrace.launcher;

import io.millrace.launcher.push.PushJob;
import io.millrace.launcher.settings.LogOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a file. */
@Command(name = "push", sortOptions = false, description = "Publishes a local FLV or MP4 (H.264, AAC) in real time, as it is.")
final class PushCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "FILE", description = "An FLV or MP4.")
    private Path file;
    @Parameters(index = "1", paramLabel = "URL", description = "Such as rtmp://localhost/live/show.")
    private URI url;
    @Option(names = "--loop", description = "Begins again at the end of the file, for ever.")
    private boolean loop;
    @Mixin
    private LogOptions logOptions;

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        ProcessLife.run(life -> life.opened(JobThread.start("push",
                new PushJob(file, url, loop, PushStatus.onStderr("pushed")), life)));
        return ExitCode.OK;
    }
}
