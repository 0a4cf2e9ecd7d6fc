package io.millrace.launcher;

import io.millrace.launcher.past.PastLog;
import io.millrace.launcher.past.PastReader;
import io.millrace.launcher.push.ReplayJob;
import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.launcher.settings.RangeOptions;
import io.millrace.launcher.settings.RtmpAddress;
import io.millrace.launcher.settings.TrustOptions;
import io.millrace.media.StreamName;
import io.millrace.platform.rtmp.ServerTrust;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes what the log holds of a stream. */
@Command(name = "replay", sortOptions = false, description = {
    "Publishes what the log holds of a stream to an RTMP server, in real time and as it was sent.",
    "Without --from it begins with the newest broadcast. Without --to it goes on into what is live and ends with the stream. It "
            + "connects again where the server goes away, and goes on with the keyframe at which it was. Publish under "
            + "another name, or to another server: a stream that replays itself never ends."})
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", converter = StreamArgument.class, description = "A stream, such as live/show.")
    private StreamName stream;
    @Parameters(index = "1", paramLabel = "URL", converter = RtmpAddress.class, description = "Such as rtmp://localhost/live/again, or rtmps://….")
    private URI url;
    @Mixin
    private TrustOptions trustOptions;
    @Mixin
    private RangeOptions rangeOptions;
    @Mixin
    private ClusterOptions cluster;

    @Override
    public Integer call() throws Exception {
        Logging.apply(cluster.logOptions());
        RangeOptions.Range range = rangeOptions.range();
        ServerTrust trust = trustOptions.trust();
        ProcessLife.run(life -> {
            PastLog log = life.opened(PastLog.open(cluster));
            PastReader reader = life.opened(PastReader.open(log, stream.value(), range, PastReader.Mode.FOLLOW));
            life.opened(JobThread.start("replay",
                    new ReplayJob(reader::next, reader::cancel, url, trust,
                            PushStatus.onStderr("replayed")),
                    life));
        });
        return ExitCode.OK;
    }
}
