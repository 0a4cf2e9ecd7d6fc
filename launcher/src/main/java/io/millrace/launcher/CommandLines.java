package io.millrace.launcher;

import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.launcher.settings.LayeredSettings;
import io.millrace.platform.UserError;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands, and what every one of them does alike: settings by layers, exit codes, one line for an error. */
final class CommandLines {
    private static final int USAGE_WIDTH = 110;

    private CommandLines() {}

    /** All commands, as picocli knows them. */
    static CommandLine all() {
        CommandLine commands = new CommandLine(new Millrace());
        for (Serving serving : Serving.values()) {
            CommandLine command = new CommandLine(new ServeCommand(serving));
            command.getCommandSpec().usageMessage().description(serving.description());
            GroupedHelp.install(command, serving);
            commands.addSubcommand(serving.command(), command);
        }
        commands.addSubcommand("broker", new BrokerCommand());
        commands.addSubcommand("push", new PushCommand());
        commands.addSubcommand("streams", new StreamsCommand());
        commands.addSubcommand("sessions", new SessionsCommand());
        commands.addSubcommand("export", new ExportCommand());
        commands.addSubcommand("replay", new ReplayCommand());
        commands.addSubcommand("sign", new SignCommand());
        commands.addSubcommand("config", new ConfigCommand());
        commands.getSubcommands().values()
                .forEach(each -> each.getCommandSpec().usageMessage().abbreviateSynopsis(true).showDefaultValues(true));
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpWidth(USAGE_WIDTH);
        return commands;
    }

    /**
     * Runs one command line.
     *
     * @return the exit code: 0, 1 for a failure, 2 for a command line that cannot be understood
     */
    static int run(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        CommandLine commands = all().setOut(out).setErr(err);
        try {
            LayeredSettings.install(commands, arguments, environment);
        } catch (UserError e) {
            return failed(err, e.getMessage());
        }
        commands.setParameterExceptionHandler((e, _) -> misunderstood(e));
        commands.setExecutionExceptionHandler((e, command, _) -> failed(command, e));
        return commands.execute(arguments.toArray(String[]::new));
    }

    private static int misunderstood(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        Optional<LayeredDefaults.Found> elsewhere = elsewhere(e);
        if (elsewhere.isPresent()) {
            return failed(err, elsewhere.get().where() + ": " + e.getMessage());
        }
        printUsage(command, err);
        UnmatchedArgumentException.printSuggestions(e, err);
        failed(err, e.getMessage());
        return ExitCode.USAGE;
    }

    /** All that there is to say about the commands; of one command's many flags, where to read about them. */
    private static void printUsage(CommandLine command, PrintWriter err) {
        if (command.getParent() == null) {
            command.usage(err, command.getColorScheme());
            err.println();
        } else {
            CommandLine.Help help = command.getHelp();
            err.print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()));
            err.println("'" + command.getCommandSpec().qualifiedName() + " --help' lists the flags.");
        }
    }

    /** Where a value that cannot be read stands, if not on the command line. */
    private static Optional<LayeredDefaults.Found> elsewhere(ParameterException e) {
        ParseResult parsed = e.getCommandLine().getParseResult();
        return e.getArgSpec() instanceof OptionSpec option && !parsed.hasMatchedOption(option)
                && e.getCommandLine().getDefaultValueProvider() instanceof LayeredDefaults defaults
                        ? defaults.find(option)
                        : Optional.empty();
    }

    private static int failed(CommandLine command, Exception e) {
        if (e instanceof UserError) {
            LoggerFactory.getLogger(CommandLines.class).debug("Failed", e);
            return failed(command.getErr(), e.getMessage());
        }
        LoggerFactory.getLogger(CommandLines.class).error("A bug, please report it", e);
        return failed(command.getErr(), "unexpected " + e + "; the log above says where");
    }

    private static int failed(PrintWriter err, String message) {
        err.println("millrace: " + message.replaceAll("\\s*\\R\\s*", " "));
        err.flush();
        return ExitCode.SOFTWARE;
    }
}
