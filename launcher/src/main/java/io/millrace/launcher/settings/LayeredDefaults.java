package io.millrace.launcher.settings;

import io.millrace.platform.kafka.ClientSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a flag is when it is not on the command line: the environment's value, else the file's, else the flag's own
 * default. Immutable.
 */
public final class LayeredDefaults implements IDefaultValueProvider {
    private final Map<String, String> environment;
    private final SettingsFile file;
    private final Set<String> known;

    /** @param known the names of all settings of all commands */
    LayeredDefaults(Map<String, String> environment, SettingsFile file, Set<String> known) {
        this.environment = Map.copyOf(environment);
        this.file = file;
        this.known = Set.copyOf(known);
    }

    /**
     * A value that came from outside of the command line.
     *
     * @param text as it stands there
     * @param where such as {@code environment MILLRACE_HOST} or {@code file millrace.yaml, line 3}
     */
    public record Found(String text, String where) {}

    /** Empty where the flag's own default holds. */
    public Optional<Found> find(OptionSpec option) {
        if (!SettingNames.isSetting(option)) {
            return Optional.empty();
        }
        String name = SettingNames.of(option);
        String variable = EnvironmentNames.of(name);
        String value = environment.get(variable);
        // Compose and systemd pass what is not set as an empty variable.
        if (value != null && !value.isBlank()) {
            return Optional.of(new Found(value, "environment " + variable));
        }
        return Optional.ofNullable(file.value(name)).map(each -> new Found(each.text(), "file " + file.where(each)));
    }

    /** What is probably a misspelling, though it may be meant for somebody else: a sentence for each. */
    public List<String> oddities() {
        return Stream.concat(EnvironmentNames.unknown(environment, known).stream(), unknownClientSettings()).toList();
    }

    private Stream<String> unknownClientSettings() {
        Set<String> defined = ClientSettings.known();
        return file.kafkaClient().keySet().stream().filter(name -> !defined.contains(name)).sorted()
                .map(name -> "kafka-client has '" + name + "', which Kafka's clients do not know"
                        + NearestName.of(name, defined).map(near -> "; did you mean '" + near + "'?").orElse(""));
    }

    /** The settings for Kafka clients that the file has. */
    public Map<String, String> kafkaClient() {
        return file.kafkaClient();
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? find(option).map(Found::text).orElse(null) : null;
    }
}
