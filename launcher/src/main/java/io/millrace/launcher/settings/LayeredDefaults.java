package io.millrace.launcher.settings;

import io.millrace.platform.kafka.ClientSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/**
 * Provides the values of flags that are not on the command line: from the environment, otherwise from the settings
 * file, otherwise the flag's default. Immutable.
 */
public final class LayeredDefaults implements IDefaultValueProvider {
    private static final String CONFIG_VARIABLE = "MILLRACE_CONFIG";

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final SettingsFile file;
    private final Set<String> known;

    /** @param known the names of all settings of all commands */
    private LayeredDefaults(List<String> arguments, Map<String, String> environment, SettingsFile file,
            Set<String> known) {
        this.arguments = List.copyOf(arguments);
        this.environment = Map.copyOf(environment);
        this.file = file;
        this.known = Set.copyOf(known);
    }

    /**
     * Reads the settings file, if the command line or the environment names one, and sets the defaults of every
     * command.
     *
     * @throws io.millrace.platform.UserError if the file cannot be read, is not valid or contains an unknown name
     */
    public static LayeredDefaults install(CommandLine commands, List<String> arguments,
            Map<String, String> environment) {
        String named = configFile(arguments, environment);
        Set<String> known = SettingNames.all(commands);
        SettingsFile file = named.isBlank() ? SettingsFile.NONE : SettingsFile.read(Path.of(named), known);
        LayeredDefaults defaults = new LayeredDefaults(arguments, environment, file, known);
        commands.setDefaultValueProvider(defaults);
        return defaults;
    }

    /** Returns the settings file; empty if there is none. */
    public Optional<Path> file() {
        String named = configFile(arguments, environment);
        return named.isBlank() ? Optional.empty() : Optional.of(Path.of(named));
    }

    /**
     * Reads the settings file again, and parses the same command line with it.
     *
     * @param commands new commands, whose defaults are set
     * @throws io.millrace.platform.UserError as {@link #install} does
     * @throws CommandLine.ParameterException if a value is not valid
     */
    public CommandLine.ParseResult again(CommandLine commands) {
        install(commands, arguments, environment);
        return commands.parseArgs(arguments.toArray(String[]::new));
    }

    /** Returns the texts of all settings of a parsed command, by name. */
    public Map<String, String> values(CommandLine.ParseResult parsed) {
        Map<String, String> values = new TreeMap<>();
        for (OptionSpec option : parsed.commandSpec().options()) {
            if (SettingNames.isSetting(option)) {
                values.put(SettingNames.of(option), parsed.hasMatchedOption(option)
                        ? option.stringValues().getLast()
                        : find(option).map(Found::text).orElse(String.valueOf(option.defaultValue())));
            }
        }
        kafkaClient().forEach((name, value) -> values.put("kafka-client " + name, value));
        applications().forEach(each -> each.values()
                .forEach((name, value) -> values.put(each.named(name), value.text())));
        return values;
    }

    /** Returns the path of the settings file, or a blank string if there is none. */
    private static String configFile(List<String> arguments, Map<String, String> environment) {
        ConfigFlag flag = new ConfigFlag();
        new CommandLine(flag).setOverwrittenOptionsAllowed(true).parseArgs(arguments.toArray(String[]::new));
        return flag.file != null ? flag.file : environment.getOrDefault(CONFIG_VARIABLE, "");
    }

    /**
     * A value from the environment or the settings file.
     *
     * @param text the value as written
     * @param where the variable, or file and line, such as {@code millrace.yaml, line 3}
     */
    public record Found(String text, Setting.Source source, String where) {
        /** Returns the origin in words, such as {@code environment MILLRACE_HOST}. */
        public String origin() {
            return source.label() + " " + where;
        }
    }

    /** Returns the value and its origin, or empty if the flag's default applies. */
    public Optional<Found> find(OptionSpec option) {
        if (!SettingNames.isSetting(option)) {
            return Optional.empty();
        }
        String name = SettingNames.of(option);
        String variable = EnvironmentNames.of(name);
        String value = environment.get(variable);
        // Docker Compose and systemd pass unset variables as empty ones.
        if (value != null && !value.isBlank()) {
            return Optional.of(new Found(value, Setting.Source.ENVIRONMENT, variable));
        }
        return Optional.ofNullable(file.value(name))
                .map(each -> new Found(each.text(), Setting.Source.FILE, file.where(each)));
    }

    /**
     * Returns a warning for each unknown name in the environment or in {@code kafka-client}. Such a name is probably
     * misspelled, but may belong to another program.
     */
    public List<String> warnings() {
        return Stream.concat(EnvironmentNames.unknown(environment, known).stream(), unknownClientSettings()).toList();
    }

    private Stream<String> unknownClientSettings() {
        Set<String> defined = ClientSettings.known();
        return file.kafkaClient().keySet().stream().filter(name -> !defined.contains(name)).sorted()
                .map(name -> "kafka-client contains '" + name + "', which Kafka's clients do not define"
                        + NearestName.of(name, defined).map(near -> "; did you mean '" + near + "'?").orElse(""));
    }

    /** Returns the map {@code kafka-client} of the settings file. */
    public Map<String, String> kafkaClient() {
        return file.kafkaClient();
    }

    /** Returns the entries of {@code applications} in the settings file, in their order. */
    public List<ApplicationSettings> applications() {
        return file.applications();
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? find(option).map(Found::text).orElse(null) : null;
    }

    /** Parses only {@code --config}, because the file must be read before the other arguments can be parsed. */
    @Command
    private static final class ConfigFlag {
        @Option(names = "--config", arity = "0..1")
        private String file;
        @Unmatched
        private List<String> others;
    }
}
