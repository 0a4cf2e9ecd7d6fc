package io.millrace.launcher.settings;

import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.kafka.ClientSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The settings file of {@code --config}: a YAML map from flag names to values. Its entry {@code kafka-client} is a map
 * that is passed to every Kafka client unchanged; {@code applications} is a map from applications, or patterns of them,
 * to maps of the settings that may differ. Values are read as text, so that YAML does not interpret them as
 * numbers (in YAML, {@code 1:30} is ninety). No objects are constructed from the file. Immutable.
 */
final class SettingsFile {
    /** A key that is not the name of a flag, as {@link #APPLICATIONS}. */
    static final String KAFKA_CLIENT = "kafka-client";
    static final String APPLICATIONS = "applications";
    /**
     * Flags whose values have the form {@code idle=30s,per-address=50}, with the names in them. In the file, such a
     * value may also be a map.
     */
    private static final Map<String, Set<String>> MAPS = Map.of("rtmp-limits", RtmpLimitSettings.defaults().keySet(),
            "http-limits", HttpLimitList.defaults().keySet());
    static final SettingsFile NONE = new SettingsFile("", Map.of(), Map.of(), List.of());

    /** Larger files are rejected; a settings file is about a page long. */
    private static final int MAX_CODE_POINTS = 1 << 20;

    private final String name;
    private final Map<String, Value> values;
    private final Map<String, String> kafkaClient;
    private final List<ApplicationSettings> applications;

    /** @param line line number, from 1 */
    record Value(String text, int line) {}

    private SettingsFile(String name, Map<String, Value> values, Map<String, String> kafkaClient,
            List<ApplicationSettings> applications) {
        this.name = name;
        this.values = values;
        this.kafkaClient = kafkaClient;
        this.applications = applications;
    }

    /**
     * Reads and checks a file.
     *
     * @param known the names of all flags that are allowed in a file
     * @throws UserError if the file cannot be read, is not valid, or contains an unknown name; the message states the
     *        file, the line and, for an unknown name, the nearest known name
     */
    static SettingsFile read(Path file, Set<String> known) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_CODE_POINTS);
        limits.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return new Loader(file.toString(), known).load(new Yaml(new SafeConstructor(limits)).compose(reader));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new UserError(file + ", line " + line + ": not YAML: " + e.getProblem(), e);
        } catch (IOException | YAMLException e) {
            throw new UserError("cannot read the settings file " + file + ": " + FileFault.reason(e)
                    + "; name a readable YAML file with --config", e);
        }
    }

    /** Returns the value of the setting {@code name}, or null if the file does not contain it. */
    Value value(String name) {
        return values.get(name);
    }

    /** Returns the position of a value, such as {@code millrace.yaml, line 3}. */
    String where(Value value) {
        return name + ", line " + value.line();
    }

    /** Returns the map {@code kafka-client}; empty if the file does not contain it. */
    Map<String, String> kafkaClient() {
        return kafkaClient;
    }

    /** Returns the entries of {@code applications} in their order; empty if the file does not contain it. */
    List<ApplicationSettings> applications() {
        return applications;
    }

    /** Checks the YAML nodes of one file and converts them. */
    private record Loader(String name, Set<String> known) {
        SettingsFile load(Node root) {
            if (root == null) {
                return new SettingsFile(name, Map.of(), Map.of(), List.of());
            }
            Map<String, Value> values = new LinkedHashMap<>();
            Map<String, String> kafkaClient = Map.of();
            List<ApplicationSettings> applications = List.of();
            for (Map.Entry<String, Node> entry : entries(root).entrySet()) {
                if (entry.getKey().equals(KAFKA_CLIENT)) {
                    kafkaClient = entries(entry.getValue()).entrySet().stream()
                            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, this::clientSetting));
                } else if (entry.getKey().equals(APPLICATIONS)) {
                    applications = entries(entry.getValue()).entrySet().stream().map(this::application).toList();
                } else {
                    requireKnown(entry.getKey(), entry.getValue(), known, "'millrace config' lists all settings");
                    values.put(entry.getKey(), new Value(value(entry.getKey(), entry.getValue()),
                            line(entry.getValue())));
                }
            }
            return new SettingsFile(name, Map.copyOf(values), kafkaClient, applications);
        }

        private ApplicationSettings application(Map.Entry<String, Node> entry) {
            String where = name + ", line " + line(entry.getValue());
            Map<String, ApplicationSettings.Value> values = new LinkedHashMap<>();
            entries(entry.getValue()).forEach((key, node) -> {
                requireKnown(key, node, ApplicationSettings.NAMES, "an application accepts "
                        + String.join(", ", new TreeSet<>(ApplicationSettings.NAMES)));
                values.put(key, new ApplicationSettings.Value(text(node), name + ", line " + line(node)));
            });
            return new ApplicationSettings(pattern(entry.getKey(), where), where, values);
        }

        private static StreamPattern pattern(String text, String where) {
            try {
                return StreamPattern.parse(text);
            } catch (IllegalArgumentException e) {
                throw new UserError(where + ": '" + text + "' is not an application such as live, \"*\" or radio/*", e);
            }
        }

        /** @param otherwise the hint if no known name is similar */
        private void requireKnown(String key, Node node, Set<String> names, String otherwise) {
            if (!names.contains(key)) {
                String hint = NearestName.of(key, names).map(near -> "did you mean '" + near + "'?").orElse(otherwise);
                throw new UserError(name + ", line " + line(node) + ": unknown setting '" + key + "'; " + hint);
            }
        }

        private String clientSetting(Map.Entry<String, Node> entry) {
            String value = text(entry.getValue());
            try {
                ClientSettings.check(entry.getKey(), value);
            } catch (IllegalArgumentException e) {
                throw new UserError(name + ", line " + line(entry.getValue()) + ": kafka-client: " + e.getMessage(), e);
            }
            return value;
        }

        private String value(String key, Node node) {
            Set<String> names = MAPS.get(key);
            if (names == null || !(node instanceof MappingNode)) {
                return text(node);
            }
            Map<String, Node> limits = entries(node);
            limits.forEach((limit, value) -> requireKnown(limit, value, names, "'" + key + "' accepts "
                    + String.join(", ", names)));
            return limits.isEmpty()
                    ? LimitList.DEFAULT
                    : limits.entrySet().stream().map(each -> each.getKey() + "=" + text(each.getValue()))
                            .collect(Collectors.joining(","));
        }

        private Map<String, Node> entries(Node node) {
            if (!(node instanceof MappingNode map)) {
                throw new UserError(name + ", line " + line(node) + ": expected lines of 'setting: value'");
            }
            Map<String, Node> entries = new LinkedHashMap<>();
            for (NodeTuple tuple : map.getValue()) {
                String key = text(tuple.getKeyNode());
                if (entries.put(key, tuple.getValueNode()) != null) {
                    throw new UserError(name + ", line " + line(tuple.getKeyNode()) + ": '" + key
                            + "' is set twice; remove one");
                }
            }
            return entries;
        }

        /** Returns the text of a scalar, or the values of a list joined with commas. */
        private String text(Node node) {
            return switch (node) {
                case ScalarNode scalar -> scalar.getValue();
                case SequenceNode list -> list.getValue().stream().map(this::text).collect(Collectors.joining(","));
                default -> throw new UserError(name + ", line " + line(node) + ": expected one value, found a map");
            };
        }

        private static int line(Node node) {
            return node.getStartMark().getLine() + 1;
        }
    }
}
