package io.millrace.launcher;

import io.millrace.launcher.settings.Converters;
import io.millrace.launcher.settings.LayeredDefaults;
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

/** Creates and runs the commands of the program, with layered settings, exit codes and one-line error messages. */
final class CommandLines {
    private static final int USAGE_WIDTH = 110;

    private CommandLines() {}

    /** Returns the root command with all subcommands. */
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
        commands.addSubcommand("takedown", new TakedownCommand());
        commands.addSubcommand("sign", new SignCommand());
        commands.addSubcommand("upgrade", new UpgradeCommand());
        commands.addSubcommand("config", new ConfigCommand());
        commands.addSubcommand("train", new TrainCommand());
        commands.getSubcommands().values()
                .forEach(each -> each.getCommandSpec().usageMessage().abbreviateSynopsis(true).showDefaultValues(true));
        Converters.register(commands);
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        commands.setUsageHelpWidth(USAGE_WIDTH);
        return commands;
    }

    /**
     * Runs one command line. Blocks until the command has ended.
     *
     * @param environment the environment variables, which may contain settings
     * @param err receives the error message of a failed command
     * @return the exit code: 0 for success, 1 for a failure, 2 for an invalid command line
     */
    static int run(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        CommandLine commands = all().setOut(out).setErr(err);
        try {
            LayeredDefaults.install(commands, arguments, environment);
        } catch (UserError e) {
            return failed(err, e.getMessage());
        }
        commands.setParameterExceptionHandler((e, _) -> invalidUsage(e));
        commands.setExecutionExceptionHandler((e, command, _) -> failed(command, e));
        return commands.execute(arguments.toArray(String[]::new));
    }

    private static int invalidUsage(ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        Optional<LayeredDefaults.Found> elsewhere = elsewhere(e);
        if (elsewhere.isPresent()) {
            return failed(err, elsewhere.get().origin() + ": " + e.getMessage());
        }
        printUsage(command, err);
        UnmatchedArgumentException.printSuggestions(e, err);
        failed(err, e.getMessage());
        return ExitCode.USAGE;
    }

    /** Prints the full usage of the root command, but only the synopsis of a subcommand, which has many flags. */
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

    /** Returns the origin of the invalid value, or empty if the value is on the command line. */
    private static Optional<LayeredDefaults.Found> elsewhere(ParameterException e) {
        ParseResult parsed = e.getCommandLine().getParseResult();
        return e.getArgSpec() instanceof OptionSpec option && !parsed.hasMatchedOption(option)
                && e.getCommandLine().getDefaultValueProvider() instanceof LayeredDefaults defaults
                        ? defaults.find(option)
                        : Optional.empty();
    }

    /** Reports why a command has failed: in one line if the user can mend it, otherwise also in the log. */
    static int failed(CommandLine command, Exception e) {
        if (e instanceof UserError) {
            LoggerFactory.getLogger(CommandLines.class).debug("Command failed", e);
            return failed(command.getErr(), e.getMessage());
        }
        LoggerFactory.getLogger(CommandLines.class).error("Unexpected error; this is a bug, please report it", e);
        return failed(command.getErr(), "unexpected error: " + e + "; see the stack trace in the log above");
    }

    private static int failed(PrintWriter err, String message) {
        err.println("millrace: " + message.replaceAll("\\s*\\R\\s*", " "));
        err.flush();
        return ExitCode.SOFTWARE;
    }
}
