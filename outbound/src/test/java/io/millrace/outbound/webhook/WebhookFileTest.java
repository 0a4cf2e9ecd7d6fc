package io.millrace.outbound.webhook;

import io.millrace.platform.UserError;
import io.millrace.platform.log.StreamEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WebhookFileTest {
    private static final String SECRET = "planted-secret-0123456789";

    @TempDir
    private Path dir;

    private List<WebhookTarget> read(String yaml) throws IOException {
        Files.writeString(dir.resolve("secret"), SECRET + "\n");
        return WebhookFile.read(Files.writeString(dir.resolve("webhooks.yaml"), yaml), "default");
    }

    private static StreamEvent event(String stream, StreamEvent.Type type) {
        return new StreamEvent(stream, type, new StreamEvent.Cause(1, 0), 1, 1, 1, "", "");
    }

    @Test
    void readsTargetsWithFilters() throws IOException {
        List<WebhookTarget> targets = read("""
                webhooks:
                  - name: all
                    url: http://127.0.0.1:9/a?token=%1$s
                  - name: some
                    url: https://hooks.example.com/b
                    secret-file: secret
                    types: [ended, warning]
                    streams: [live/*, sport/**]
                """.formatted(SECRET));
        assertThat(targets).extracting(WebhookTarget::name).containsExactly("all", "some");
        assertThat(targets.get(0).wants(event("x/y", StreamEvent.Type.CUE))).isTrue();
        WebhookTarget some = targets.get(1);
        assertThat(some.wants(event("live/show", StreamEvent.Type.ENDED))).isTrue();
        assertThat(some.wants(event("sport/a/b", StreamEvent.Type.WARNING))).isTrue();
        assertThat(some.wants(event("live/show", StreamEvent.Type.AWAY))).isFalse();
        assertThat(some.wants(event("live/a/b", StreamEvent.Type.ENDED))).isFalse();
        assertThat(some.secret()).isPresent();
        assertThat(targets.toString() + some.secret()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[]|must have a list 'webhooks' of 1 to 32 webhooks",
        "[{url: 'http://a/planted-secret'}]|webhook 1: 'name' is missing",
        "[{name: a b, url: 'http://a/planted-secret'}]|webhook 1: 'name' must have 1 to 64 letters",
        "[{name: a, url: 'ftp://a/planted-secret'}]|webhook 1: 'url' is not valid: it must be a URL",
        "[{name: a, url: 'http://planted-secret@a/'}]|webhook 1: 'url' is not valid: it must be a URL",
        "[{name: a, url: 'http://a/planted-secret with space'}]|webhook 1: 'url' is not valid: it must be a URL",
        "[{name: a, url: 'http://a/', type: [ended]}]|unknown field 'type'",
        "[{name: a, url: 'http://a/', types: [over]}]|there are no events of type 'over'; the types are published",
        "[{name: a, url: 'http://a/', types: ended}]|webhook 1: 'types' must be a list",
        "[{name: a, url: 'http://a/', streams: ['**/x']}]|is not a pattern of names",
        "[{name: a, url: 'http://a/'}, {name: a, url: 'http://b/'}]|another webhook has the name 'a'",
        "[{name: default, url: 'http://a/'}]|another webhook has the name 'default'",
        "[{name: a, url: 'http://a/', secret-file: none}]|there is no such file",
        "[{name: a, url: 'http://a/planted-secret]|not YAML"})
    void saysWhatIsWrongWithoutUrl(String webhooks, String message) {
        assertThatThrownBy(() -> read("webhooks: " + webhooks)).isInstanceOf(UserError.class)
                .hasMessageContaining(message).hasMessageNotContaining("planted-secret");
    }

    @Test
    void shortSecretIsRefusedWithoutQuotingIt() throws IOException {
        Path file = Files.writeString(dir.resolve("short"), "tooshort");
        assertThatThrownBy(() -> WebhookSecret.read(file)).isInstanceOf(UserError.class)
                .hasMessageContaining("openssl rand -hex 32").hasMessageNotContaining("tooshort");
    }
}
