package io.millrace.launcher;

import io.millrace.launcher.push.PushJob;
import io.millrace.launcher.settings.LogOptions;
import io.millrace.launcher.settings.RtmpAddress;
import io.millrace.launcher.settings.TrustOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a file. */
@Command(name = "push", sortOptions = false, description = "Publishes a local FLV or MP4 in real time, as it is: any codec that the server takes.")
final class PushCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "FILE", description = "An FLV or MP4.")
    private Path file;
    @Parameters(index = "1", paramLabel = "URL", converter = RtmpAddress.class, description = "Such as rtmp://localhost/live/show, or rtmps://….")
    private URI url;
    @Mixin
    private TrustOptions trustOptions;
    @Option(names = "--loop", description = "Begins again at the end of the file, for ever.")
    private boolean loop;
    @Mixin
    private LogOptions logOptions;

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        ProcessLife.run(life -> life.opened(JobThread.start("push",
                new PushJob(file, url, trustOptions.trust(), loop, PushStatus.onStderr("pushed")), life)));
        return ExitCode.OK;
    }
}
