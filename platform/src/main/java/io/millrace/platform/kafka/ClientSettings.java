package io.millrace.platform.kafka;

import java.util.AbstractMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;

/**
 * What goes to every Kafka client as it is: a map whose text hides the passwords in it, so that nobody prints them by
 * accident. Immutable.
 */
public final class ClientSettings extends AbstractMap<String, String> {
    private static final Map<String, ConfigDef.ConfigKey> DEFINED = defined();

    private final Map<String, String> all;

    private ClientSettings(Map<String, String> all) {
        this.all = all;
    }

    public static ClientSettings copyOf(Map<String, String> all) {
        return new ClientSettings(Map.copyOf(all));
    }

    /** For people, by name. Hidden are Kafka's passwords, and what Kafka does not define: that may be one, too. */
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

    private static Map<String, ConfigDef.ConfigKey> defined() {
        Map<String, ConfigDef.ConfigKey> keys = new HashMap<>(AdminClientConfig.configDef().configKeys());
        keys.putAll(ConsumerConfig.configDef().configKeys());
        keys.putAll(ProducerConfig.configDef().configKeys());
        return keys;
    }
}
