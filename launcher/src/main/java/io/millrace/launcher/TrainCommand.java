package io.millrace.launcher;

import io.millrace.launcher.settings.Converters;
import io.millrace.launcher.settings.LayeredDefaults;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code train}: runs the demo with viewers for a few seconds, on free loopback ports, and ends. Meanwhile
 * the JVM records what the AOT cache should contain (JEP 514). Settings from the environment and from files are
 * ignored.
 */
@Command(name = "train", description = "Runs the whole pipeline with a stream and viewers for some seconds, on free ports: the training run of an AOT cache.")
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Parameters(paramLabel = "DIR", description = "Directory for the data of this run. The caller deletes it.")
    private Path dir;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<String> arguments = List.of("--host", "127.0.0.1", "--rtmp-port", "0", "--http-port", "0", "--admin-port",
                "0", "--kafka-port", "0", "--data-dir", dir.toString());
        CommandLine demo = new CommandLine(new ServeCommand(Serving.DEMO, ready -> new TrainingViewer(ready, out)));
        Converters.register(demo);
        demo.setCaseInsensitiveEnumValuesAllowed(true).setOut(out).setErr(spec.commandLine().getErr());
        demo.setExecutionExceptionHandler((e, command, _) -> CommandLines.failed(command, e));
        LayeredDefaults.install(demo, arguments, Map.of());
        return demo.execute(arguments.toArray(String[]::new));
    }
}
