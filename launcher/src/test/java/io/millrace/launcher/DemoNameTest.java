package io.millrace.launcher;

import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DemoNameTest {
    @TempDir
    private Path dir;

    @Test
    void needsNothingOnOpenServer() {
        assertThat(DemoName.of(AccessSettings.OPEN)).isEqualTo("live/demo");
    }

    @Test
    void usesKeyFromFile() throws IOException {
        Path keys = file("keys", "# all of ours\nother-key: live/show\nthe-demos-key: live/demo\nlater: live/demo\n");
        assertThat(DemoName.of(new AccessSettings(keys, null, null))).isEqualTo("live/demo?key=the-demos-key");
    }

    @Test
    void signsItsName() throws IOException {
        Path secret = file("secret", "a secret of some length\n");
        Path keys = file("keys", "other-key: live/show\n");
        assertThat(DemoName.of(new AccessSettings(null, secret, null)))
                .matches("live/demo\\?expires=\\d+&sign=[0-9a-f]{64}");
        assertThat(DemoName.of(new AccessSettings(keys, secret, null))).startsWith("live/demo?expires=");
    }

    @Test
    void explainsIfNoCredentialApplies() throws IOException {
        Path keys = file("keys", "other-key: live/show\n");
        assertThatThrownBy(() -> DemoName.of(new AccessSettings(keys, null, null))).isInstanceOf(UserError.class)
                .hasMessage("the demo publishes as live/demo, but no stream key in " + keys
                        + " allows that; add a line 'KEY: live/demo', or use 'millrace up'");
        assertThatThrownBy(() -> DemoName.of(new AccessSettings(dir.resolve("none"), null, null)))
                .isInstanceOf(UserError.class).hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> DemoName.of(new AccessSettings(null, null,
                new AccessSettings.Jwks(dir.resolve("jwks.json"), null), AddressRules.NONE, null)))
                .isInstanceOf(UserError.class).hasMessageContaining("the demo has no JSON Web Token");
        Path broken = file("broken", "nonsense\n");
        assertThatThrownBy(() -> DemoName.of(new AccessSettings(broken, null, null))).isInstanceOf(UserError.class)
                .hasMessageContaining("line 1 is not 'KEY: application/stream'").hasMessageNotContaining("nonsense");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }
}
