package io.millrace.launcher;

import io.millrace.launcher.broker.BrokerSettings;
import io.millrace.launcher.broker.EmbeddedBroker;
import io.millrace.launcher.settings.BrokerOptions;
import io.millrace.launcher.settings.LoggingOptions;
import io.millrace.launcher.settings.ServeOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command {@code broker}: runs the embedded broker without any stage. The command opens no admin port, so that
 * several brokers and the stages can run on one machine with few flags.
 */
@Command(name = "broker", sortOptions = false, description = "Runs only the embedded Kafka broker, as a cluster of its own or as one of several brokers.")
final class BrokerCommand implements Callable<Integer> {
    @Mixin
    private HelpFlag help;
    @Mixin
    private BrokerOptions brokerOptions;
    @Mixin
    private ServeOptions options;
    @Mixin
    private LoggingOptions logOptions;
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Logging.apply(logOptions);
        options.check();
        BrokerSettings settings = brokerOptions.settings(options.kafka());
        ProcessLife.run(life -> {
            EmbeddedBroker broker = life.opened(EmbeddedBroker.start(settings, life::abandon));
            spec.commandLine().getOut().println(new ReadyLine().with(ReadyLine.Part.KAFKA, broker.address()));
        });
        return ExitCode.OK;
    }
}
