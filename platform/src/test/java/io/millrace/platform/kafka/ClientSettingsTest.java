package io.millrace.platform.kafka;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClientSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"sasl.jaas.config", "ssl.key.password", "ssl.keystore.password", "ssl.keystore.key",
        "ssl.truststore.password", "sasl.oauthbearer.client.credentials.client.secret"})
    void hidesPasswords(String name) {
        ClientSettings settings = ClientSettings.copyOf(Map.of(name, "s3cret"));
        assertThat(settings.get(name)).isEqualTo("s3cret");
        assertThat(settings.shown()).containsExactly(Map.entry(name, "[hidden]"));
        assertThat(new KafkaSettings("127.0.0.1:1", "", 1, 1, 0, -1, settings).toString()).contains(name)
                .doesNotContain("s3cret");
    }

    /** Kafka Streams accepts {@code producer.ssl.key.password}; login modules and plugins accept arbitrary names. */
    @ParameterizedTest
    @ValueSource(strings = {"producer.ssl.key.password", "sasl.jass.config", "vault.token"})
    void hidesUnknownEntries(String name) {
        assertThat(ClientSettings.copyOf(Map.of(name, "s3cret")).shown()).containsExactly(Map.entry(name, "[hidden]"));
    }

    /** A setting of all clients, and one of each kind. */
    @Test
    void showsEverythingElse() {
        Map<String, String> open = Map.of("security.protocol", "SSL", "ssl.truststore.location", "/etc/t.p12",
                "max.poll.records", "7", "compression.type", "zstd", "bootstrap.controllers", "c:1");
        assertThat(ClientSettings.copyOf(open).shown()).isEqualTo(open);
    }
}
