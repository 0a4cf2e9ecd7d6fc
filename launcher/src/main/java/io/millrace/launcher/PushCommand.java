package io.millrace.launcher;

import io.millrace.launcher.settings.Converters;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.TrustOptions;
import io.millrace.tools.push.PushJob;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code push}: publishes a file. */
@Command(name = "push", sortOptions = false, description = "Publishes a local FLV or MP4 file in real time without transcoding. Supports every codec that the server accepts.")
final class PushCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "FILE", description = "The FLV or MP4 file.")
    private Path file;
    @Parameters(index = "1", paramLabel = "URL", converter = Converters.RtmpAddress.class, description = "Where to publish, such as rtmp://localhost/live/show or rtmps://….")
    private URI url;
    @Mixin
    private TrustOptions trustOptions;
    @Option(names = "--loop", description = "Restarts at the end of the file, indefinitely.")
    private boolean loop;
    @Mixin
    private LoggingOptions logOptions;

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        ProcessLife.run(life -> life.opened(JobThread.start("push",
                new PushJob(file, url, trustOptions.trust(), loop, PushStatus.onStderr("pushed")), life)));
        return ExitCode.OK;
    }
}
