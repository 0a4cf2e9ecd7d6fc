package io.millrace.launcher;

import io.millrace.launcher.settings.ClusterOptions;
import io.millrace.launcher.settings.Converters;
import io.millrace.launcher.settings.RangeOptions;
import io.millrace.launcher.settings.TrustOptions;
import io.millrace.media.StreamName;
import io.millrace.platform.rtmp.ServerTrust;
import io.millrace.tools.past.LogRange;
import io.millrace.tools.past.PastLog;
import io.millrace.tools.past.RangeTags;
import io.millrace.tools.push.ReplayJob;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code replay}: publishes the retained media of a stream. */
@Command(name = "replay", sortOptions = false, description = {
    "Publishes the retained media of a stream to an RTMP server, in real time and without transcoding.",
    "Without --from, begins with the newest broadcast. Without --to, continues into the live stream and ends with it. "
            + "If the server disconnects, reconnects and resumes with the keyframe of the interrupted GOP. Publish "
            + "under another name or to another server: a stream that replays to itself never ends."})
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(index = "0", paramLabel = "NAME", description = "A stream, such as live/show.")
    private StreamName stream;
    @Parameters(index = "1", paramLabel = "URL", converter = Converters.RtmpAddress.class, description = "Where to publish, such as rtmp://localhost/live/again or rtmps://….")
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
        LogRange range = rangeOptions.range();
        ServerTrust trust = trustOptions.trust();
        ProcessLife.run(life -> {
            PastLog log = life.opened(PastLog.open(cluster.kafka()));
            RangeTags reader = life.opened(RangeTags.open(log, stream.value(), range, RangeTags.Mode.FOLLOW));
            life.opened(JobThread.start("replay",
                    new ReplayJob(reader::next, reader::cancel, url, trust,
                            PushStatus.onStderr("replayed")),
                    life));
        });
        return ExitCode.OK;
    }
}
