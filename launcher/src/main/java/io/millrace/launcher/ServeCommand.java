package io.millrace.launcher;

import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.tools.Job;
import io.millrace.tools.push.PushJob;
import java.io.PrintWriter;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs stages until it receives a signal. */
@Command(sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    private final Serving serving;
    /** Null if only a signal ends the process. */
    private final Function<ReadyLine, Job> job;
    @Mixin
    private HelpFlag help;
    @Mixin
    private ServeOptions options;
    @Mixin
    private LoggingOptions logOptions;
    @Spec
    private CommandSpec spec;

    ServeCommand(Serving serving) {
        this(serving, null);
    }

    /** @param job returns a job to run once the process serves; when the job ends, the process ends */
    ServeCommand(Serving serving, Function<ReadyLine, Job> job) {
        this.serving = serving;
        this.job = job;
    }

    ServeOptions options() {
        return options;
    }

    LoggingOptions logOptions() {
        return logOptions;
    }

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        options.check();
        PrintWriter out = spec.commandLine().getOut();
        // Before anything starts, because the settings may not allow the demo to publish.
        String demo = serving == Serving.DEMO ? DemoName.of(options.publishers().of(DemoName.STREAM)) : null;
        ProcessLife.run(life -> {
            LiveSettings live = life.opened(LiveSettings.open(spec, options.rules()));
            Hangup.handle(live::hangup);
            ReadyLine ready = new Node(life, options, live).start(serving);
            out.println(ready);
            if (demo != null) {
                publishDemo(demo, life, ready, out);
            }
            if (job != null) {
                life.opened(JobThread.start("viewer", job.apply(ready), life));
            }
        });
        return ExitCode.OK;
    }

    /** Publishes over the RTMP port, as any encoder would, and prints the URLs of the stream. */
    private static void publishDemo(String name, ProcessLife life, ReadyLine ready, PrintWriter out) {
        URI url = URI.create(ready.localUrl(ReadyLine.Part.RTMP) + "/" + name);
        PushJob job = PushJob.demo(url, (bytes, mediaMs) -> {
            // The clip loops forever, so there is no progress to report.
        });
        life.opened(JobThread.start("push", job, life));
        String http = ready.localUrl(ReadyLine.Part.HTTP);
        String stream = "/" + DemoName.STREAM.value();
        out.println("The demo stream is " + DemoName.STREAM.value() + ". Open:");
        Table table = new Table("  " + http + "/", "web page with a player");
        table.row("  " + http + stream + ".m3u8", "HLS, for Safari, VLC and other players");
        table.row("  " + http + stream + ".flv", "HTTP-FLV, lowest latency: ffplay -fflags nobuffer …");
        table.print(out);
    }
}
