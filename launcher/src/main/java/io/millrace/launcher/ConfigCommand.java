package io.millrace.launcher;

import io.millrace.launcher.settings.BrokerOptions;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.launcher.settings.Setting;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code config}: prints the settings that the serving commands would use, and the origin of each. */
@Command(name = "config", sortOptions = false, description = "Prints every setting with its value and where the value comes from.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Mixin
    private ServeOptions options;
    @Mixin
    private BrokerOptions brokerOptions;
    @Mixin
    private LoggingOptions logOptions;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Logging.apply(logOptions);
        // Fails on contradictory settings, as a serving command would.
        options.check();
        print(Setting.all(spec), spec.commandLine().getOut());
        return ExitCode.OK;
    }

    private static void print(List<Setting> settings, PrintWriter out) {
        int nameWidth = settings.stream().mapToInt(each -> each.name().length()).max().orElse(1);
        int valueWidth = settings.stream().mapToInt(each -> each.value().length()).max().orElse(1);
        String format = "%-" + nameWidth + "s  %-" + valueWidth + "s  %s%n";
        settings.forEach(each -> out.printf(format, each.name(), each.value(), each.origin()));
    }
}
