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
        // Before anything starts: it may be that nothing lets it in.
        String demo = serving == Serving.DEMO ? DemoName.of(settings.publishing().policy()) : null;
        ProcessLife.run(life -> {
            ReadyLine ready = new Node(life, settings).start(serving);
            out.println(ready);
            if (demo != null) {
                publishDemo(demo, life, ready, out);
            }
        });
        return ExitCode.OK;
    }

    /** Over the real socket, as any encoder would. */
    private static void publishDemo(String name, ProcessLife life, ReadyLine ready, PrintWriter out) {
        URI url = URI.create(ready.localUrl(ReadyLine.Part.RTMP) + "/" + name);
        PushJob job = PushJob.demo(url, (bytes, mediaMs) -> {
            // Nobody watches the progress of a clip without an end.
        });
        life.opened(JobThread.start("push", job, life));
        String http = ready.localUrl(ReadyLine.Part.HTTP);
        String stream = "/" + DemoName.STREAM.value();
        out.println("The demo is " + DemoName.STREAM.value() + ". Open:");
        Table table = new Table("  " + http + "/", "the page, to watch in a browser");
        table.row("  " + http + stream + ".m3u8", "HLS, for Safari, VLC and every other player");
        table.row("  " + http + stream + ".flv", "HTTP-FLV, the least delay: ffplay -fflags nobuffer …");
        table.print(out);
    }
}
