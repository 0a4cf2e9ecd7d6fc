package io.millrace.platform.kafka;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;

/**
 * Settings that are passed to every Kafka client unchanged. The map's text form hides passwords, so that they cannot be
 * printed by accident. Immutable.
 */
public final class ClientSettings extends AbstractMap<String, String> {
    private static final List<ConfigDef> CLIENTS = List.of(AdminClientConfig.configDef(), ConsumerConfig.configDef(),
            ProducerConfig.configDef());
    private static final Map<String, ConfigDef.ConfigKey> DEFINED = CLIENTS.stream().map(ConfigDef::configKeys)
            .flatMap(keys -> keys.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Entry::getKey, Entry::getValue, (first, _) -> first));

    private final Map<String, String> all;

    private ClientSettings(Map<String, String> all) {
        this.all = all;
    }

    public static ClientSettings copyOf(Map<String, String> all) {
        return new ClientSettings(Map.copyOf(all));
    }

    /** Returns the names that Kafka's clients define. Other names may belong to a plugin, such as a login module. */
    public static Set<String> known() {
        return DEFINED.keySet();
    }

    /**
     * Validates one setting as the clients that define it would. Accepts any value of a name that none defines.
     *
     * @throws IllegalArgumentException if a client would reject the value; the message does not contain passwords
     */
    public static void check(String name, String value) {
        for (ConfigDef client : CLIENTS) {
            ConfigDef.ConfigKey key = client.configKeys().get(name);
            if (key != null) {
                check(key, value);
            }
        }
    }

    private static void check(ConfigDef.ConfigKey key, String value) {
        try {
            Object parsed = ConfigDef.parseType(key.name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(key.name, parsed);
            }
        } catch (ConfigException e) {
            if (key.type == ConfigDef.Type.PASSWORD) {
                throw new IllegalArgumentException("Invalid value for configuration " + key.name, e);
            }
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Returns the settings for display, ordered by name. Hides Kafka's passwords, and values of names that Kafka does
     * not define, which may also be secret.
     */
    public SortedMap<String, String> shown() {
        SortedMap<String, String> shown = new TreeMap<>(all);
        shown.replaceAll((name, value) -> isPublic(name) ? value : Password.HIDDEN);
        return shown;
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
        return all.entrySet();
    }

    @Override
    public String toString() {
        return shown().toString();
    }

    private static boolean isPublic(String name) {
        ConfigDef.ConfigKey key = DEFINED.get(name);
        return key != null && key.type() != ConfigDef.Type.PASSWORD;
    }
}
