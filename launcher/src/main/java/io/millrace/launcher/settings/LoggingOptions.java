package io.millrace.launcher.settings;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags of every command that select the settings file and the logging. */
public final class LoggingOptions {
    /** Log levels. Each level includes the levels before it. */
    public enum Level { ERROR, WARN, INFO, DEBUG, TRACE }

    public enum Format { TEXT, JSON }

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings, named like the flags without the dashes. "
            + "Environment variables take precedence over the file, and flags over both.")
    private Path config;

    @Option(names = "--log-level", paramLabel = "LEVEL", defaultValue = "info", description = "Log level: error, warn, info, debug or trace.")
    private Level level;

    @Option(names = "--log-format", paramLabel = "FORMAT", defaultValue = "text", description = "Log format: text, or json with one object per line.")
    private Format format;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** Returns a warning for each name in the environment or the settings file that is probably misspelled. */
    public List<String> warnings() {
        return command.root().defaultValueProvider() instanceof LayeredDefaults defaults
                ? defaults.warnings()
                : List.of();
    }

    public Level level() {
        return level;
    }

    public Format format() {
        return format;
    }
}
