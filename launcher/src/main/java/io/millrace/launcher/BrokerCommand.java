package io.millrace.launcher;

import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.settings.BrokerOptions;
import io.millrace.launcher.settings.LogOptions;
import io.millrace.launcher.settings.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The embedded broker by itself. It has no admin port, so that several of them and the stages start side by side on one
 * machine with as few flags as can be.
 */
@Command(name = "broker", sortOptions = false, description = "Runs the embedded Kafka broker by itself, alone or as one of several.")
final class BrokerCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Mixin
    private BrokerOptions brokerOptions;
    @Mixin
    private SettingsOptions options;
    @Mixin
    private LogOptions logOptions;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        BrokerSettings settings = brokerOptions.settings(options.settings());
        ProcessLife.run(life -> {
            EmbeddedBroker broker = life.opened(EmbeddedBroker.start(settings, life));
            spec.commandLine().getOut().println(new ReadyLine().with(ReadyLine.Part.KAFKA, broker.address()));
        });
        return ExitCode.OK;
    }
}
