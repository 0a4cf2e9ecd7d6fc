package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RelayFileTest {
    @TempDir
    Path dir;

    private Path file(String text) throws IOException {
        return Files.writeString(dir.resolve("relays.yaml"), text);
    }

    @Test
    void readsRelays() throws IOException {
        List<RelayRule> rules = RelayFile.read(file("""
                relays:
                  - {name: first, streams: live/*, target: "rtmp://host/app/{name}?key=SECRET"}
                  - {name: second, streams: live/show, target: "rtmps://host/app/SECRET", from: live}
                """));
        assertThat(rules).extracting(RelayRule::name).containsExactly("first", "second");
        assertThat(rules).extracting(RelayRule::from).containsExactly(RelayRule.From.STOPPED, RelayRule.From.LIVE);
        assertThat(rules.getFirst().matches(new StreamName("live/show"))).isTrue();
        assertThat(rules.getFirst().matches(new StreamName("other/show"))).isFalse();
        assertThat(rules.toString()).doesNotContain("SECRET");
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://host/app/{name}?k=S, live/show, rtmp://host/app/show?k=S",
        "rtmp://host/{app}/{name}, a/b/show, rtmp://host/a/b/show",
        "rtmp://host/{stream}, live/show, rtmp://host/live/show"
    })
    void targetContainsNameOfStream(String template, String stream, String url) {
        assertThat(TargetTemplate.parse(template).of(new StreamName(stream))).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[]",
        "relays: []",
        "relays: [{name: a, streams: live/*}]",
        "relays: [{name: a, streams: live/*, target: 'rtmp://host/app/SECRET'}]",
        "relays: [{name: a, streams: live/*, target: 'rtmp://host/app/{key}SECRET'}]",
        "relays: [{name: a, streams: live/*, target: 'http://host/app/{name}SECRET'}]",
        "relays: [{name: a, streams: liv*, target: 'rtmp://host/app/{name}SECRET'}]",
        "relays: [{name: a b, streams: live/*, target: 'rtmp://host/app/{name}SECRET'}]",
        "relays: [{name: a, streams: live/*, target: 'rtmp://host/app/{name}SECRET', from: now}]",
        "relays: [{name: a, streams: live/*, target: 'rtmp://host/app/{name}SECRET', to: x}]",
        "relays: [{name: a, streams: l/*, target: 'rtmp://h/a/{name}'}, {name: a, streams: l/*, target: 'rtmp://h/a/{name}'}]",
        "relays: [{name: a, streams: live/*, target: 'rtmp://host/app/{name}SECRET']",
        "relays: [{name: a, streams: live/*, tls-ca: missing.pem, target: 'rtmp://host/app/{name}SECRET'}]"
    })
    void invalidFileIsOneLineWithoutKeys(String text) throws IOException {
        Path file = file(text);
        assertThatExceptionOfType(UserError.class).isThrownBy(() -> RelayFile.read(file))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SECRET").doesNotContain("\n"));
    }

    @Test
    void missingFileIsOneLine() {
        assertThatExceptionOfType(UserError.class).isThrownBy(() -> RelayFile.read(dir.resolve("none.yaml")))
                .withMessageContaining("--relays");
    }

    @Test
    void failureDoesNotQuoteKey() throws IOException {
        RelayRule rule = RelayFile.read(file("""
                relays: [{name: a, streams: live/show, target: "rtmp://host/app/SECRET?token=OTHER"}]
                """)).getFirst();
        RelayTarget target = new RelayTarget(rule, new StreamName("live/show"));
        assertThat(target.shown()).isEqualTo("rtmp://host/app/…");
        assertThat(target.redacted(new IOException("stream SECRET?token=OTHER is already publishing")))
                .isEqualTo("stream …?… is already publishing");
    }
}
