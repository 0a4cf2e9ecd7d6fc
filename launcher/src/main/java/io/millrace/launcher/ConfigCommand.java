package io.millrace.launcher;

import io.millrace.launcher.settings.BrokerOptions;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.ServeOptions;
import io.millrace.launcher.settings.SettingNames;
import io.millrace.outbound.webhook.WebhookUrl;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.SecretUrl;
import io.millrace.platform.kafka.ClientSettings;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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

    private record Line(String name, String value, String origin) {}

    @Override
    public Integer call() {
        Logging.apply(logOptions);
        // Fails on contradictory settings, as a serving command would.
        options.check();
        LayeredDefaults defaults = (LayeredDefaults) spec.defaultValueProvider();
        List<Line> lines = new ArrayList<>(
                spec.options().stream().filter(SettingNames::isSetting).map(each -> line(each, defaults)).toList());
        ClientSettings.copyOf(defaults.kafkaClient()).shown()
                .forEach((key, value) -> lines.add(new Line("kafka-client " + key, value, "file")));
        defaults.applications().forEach(application -> application.values().forEach((key, value) -> lines
                .add(new Line(application.named(key), value.text(), "file " + value.where()))));
        print(lines, spec.commandLine().getOut());
        return ExitCode.OK;
    }

    private Line line(OptionSpec option, LayeredDefaults defaults) {
        String name = SettingNames.of(option);
        Line found = found(name, option, defaults);
        return switch (option.getValue()) {
            case URI url -> new Line(name, new SecretUrl(url).toString(), found.origin());
            case WebhookUrl url -> new Line(name, url.toString(), found.origin());
            case AccessSettings.Jwks jwks -> new Line(name, jwks.toString(), found.origin());
            case null, default -> found;
        };
    }

    private Line found(String name, OptionSpec option, LayeredDefaults defaults) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
            return new Line(name, option.stringValues().getLast(), "flag --" + name);
        }
        return defaults.find(option).map(found -> new Line(name, found.text(), found.where()))
                .orElseGet(() -> new Line(name, option.defaultValue(), "default"));
    }

    private static void print(List<Line> lines, PrintWriter out) {
        int nameWidth = lines.stream().mapToInt(line -> line.name().length()).max().orElse(1);
        int valueWidth = lines.stream().mapToInt(line -> line.value().length()).max().orElse(1);
        String format = "%-" + nameWidth + "s  %-" + valueWidth + "s  %s%n";
        lines.forEach(line -> out.printf(format, line.name(), line.value(), line.origin()));
    }
}
