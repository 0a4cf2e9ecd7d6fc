package io.millrace.launcher;

import io.millrace.launcher.push.PushJob;
import io.millrace.launcher.settings.LogOptions;
import io.millrace.launcher.settings.Settings;
import io.millrace.launcher.settings.SettingsOptions;
import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that serves until it is told to end. */
@Command(sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    private static final String DEMO_STREAM = "/live/demo";

    private final Serving serving;
    @Mixin
    private HelpFlag help;
    @Mixin
    private SettingsOptions options;
    @Mixin
    private LogOptions logOptions;
    @Spec
    private CommandSpec spec;

    ServeCommand(Serving serving) {
        this.serving = serving;
    }

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        Settings settings = options.settings();
        PrintWriter out = spec.commandLine().getOut();
        ProcessLife.run(life -> {
            ReadyLine ready = new Node(life, settings).start(serving);
            out.println(ready);
            if (serving == Serving.DEMO) {
                publishDemo(life, ready, out);
            }
        });
        return ExitCode.OK;
    }

    /** Over the real socket, as any encoder would. */
    private static void publishDemo(ProcessLife life, ReadyLine ready, PrintWriter out) {
        URI url = URI.create(ready.localUrl(ReadyLine.Part.RTMP) + DEMO_STREAM);
        PushJob job = PushJob.demo(url, (bytes, mediaMs) -> {
            // Nobody watches the progress of a clip without an end.
        });
        life.opened(JobThread.start("push", job, life));
        String http = ready.localUrl(ReadyLine.Part.HTTP);
        out.println("The demo is live/demo. Open:");
        out.println("  " + http + "/                     the page, to watch in a browser");
        out.println("  " + http + DEMO_STREAM + ".m3u8   HLS, for Safari, VLC and every other player");
        out.println("  " + http + DEMO_STREAM + ".flv    HTTP-FLV, the least delay: ffplay -fflags nobuffer …");
    }
}
