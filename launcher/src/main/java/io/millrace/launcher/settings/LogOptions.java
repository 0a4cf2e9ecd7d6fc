package io.millrace.launcher.settings;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags of every command: where its settings and its logs go. */
public final class LogOptions {
    /** How much is told; each includes those before it. */
    public enum Level { ERROR, WARN, INFO, DEBUG, TRACE }

    public enum Format { TEXT, JSON }

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file with settings: the names of the flags, without the dashes. "
            + "The environment goes before the file, a flag before both.")
    private Path config;

    @Option(names = "--log-level", paramLabel = "LEVEL", defaultValue = "info", description = "How much to tell on stderr: error, warn, info, debug or trace.")
    private Level level;

    @Option(names = "--log-format", paramLabel = "FORMAT", defaultValue = "text", description = "Logs for people or for machines: text or json.")
    private Format format;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** What is probably a misspelling in the environment or the settings file: a sentence for each. */
    public List<String> oddities() {
        return command.root().defaultValueProvider() instanceof LayeredDefaults defaults
                ? defaults.oddities()
                : List.of();
    }

    public Level level() {
        return level;
    }

    public Format format() {
        return format;
    }
}
