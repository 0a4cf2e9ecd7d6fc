package io.millrace.platform.access;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.access.AccessRequest.Protocol;
import io.millrace.platform.net.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Applications with access settings of their own. */
class AccessGatesTest {
    private static final String SECRET = "0123456789abcdef";
    private static final AccessSettings LOCAL_ONLY = new AccessSettings(null, null, null,
            new AddressRules(Networks.parse("10.0.0.0/8"), Networks.NONE), null);

    @TempDir
    private Path directory;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private AccessGates open(Action action, AccessSettings byDefault, AccessRules.Application... applications) {
        return AccessGates.open(new AccessRules(byDefault, List.of(applications)), action, "n",
                new AccessMeters(registry, "edge", "Viewers"), InstantSource.fixed(Instant.ofEpochSecond(1_000)));
    }

    private static AccessRules.Application application(String pattern, AccessSettings settings) {
        return new AccessRules.Application(StreamPattern.parse(pattern), settings);
    }

    /** Returns the name that is allowed, or the reason of a refusal. */
    private static String decide(AccessGates gates, Action action, String stream, String query) {
        var request = new AccessRequest(action, new StreamName(stream), query,
                new AccessRequest.Source(Protocol.RTMP, "192.0.2.1:5", "", ""));
        return switch (gates.decide(request).join()) {
            case AccessDecision.Allowed allowed -> allowed.stream().value();
            case AccessDecision.Refused refused -> refused.reason().label();
        };
    }

    @Test
    void nameOfStreamSelectsSettings() throws IOException {
        AccessSettings keys = new AccessSettings(file("keys", "0123456789: live/show\n"), null, null);
        AccessSettings tokens = new AccessSettings(null, file("secret", SECRET), null);
        try (AccessGates gates = open(Action.PLAY, keys, application("paid/*", tokens),
                application("paid/free", AccessSettings.OPEN), application("*", LOCAL_ONLY),
                application("live", keys))) {
            String token = PlayToken.create(SigningSecrets.parse(SECRET), "paid/a/film", false, 2_000, null);
            assertThat(decide(gates, Action.PLAY, "paid/a/film", "token=" + token)).isEqualTo("paid/a/film");
            assertThat(decide(gates, Action.PLAY, "paid/a/film", "key=0123456789")).isEqualTo("no_credentials");
            assertThat(decide(gates, Action.PLAY, "paid/free/film", "")).isEqualTo("paid/free/film");
            assertThat(decide(gates, Action.PLAY, "live/show", "key=0123456789")).isEqualTo("live/show");
            assertThat(decide(gates, Action.PLAY, "live/show", "")).isEqualTo("no_credentials");
            assertThat(decide(gates, Action.PLAY, "office/show", "key=0123456789")).isEqualTo("address");
            assertThat(decide(gates, Action.PLAY, "a/b/c/other", "")).as("the flags").isEqualTo("no_credentials");
            assertThat(gates.isOpen()).isFalse();
            assertThat(gates.reads("token")).isTrue();
            assertThat(gates.reads("key")).isTrue();
        }
    }

    /** Otherwise a stream key of an application with weak rules would open any stream of the others. */
    @Test
    void keyDoesNotLeadToApplicationWithOtherSettings() throws IOException {
        AccessSettings weak = new AccessSettings(file("keys", "0123456789: paid/film\nabcdefghij: two/show\n"), null,
                null);
        try (AccessGates gates = open(Action.PUBLISH, LOCAL_ONLY, application("one", weak), application("two", weak))) {
            assertThat(decide(gates, Action.PUBLISH, "one/0123456789", "")).isEqualTo("other_stream");
            assertThat(decide(gates, Action.PUBLISH, "one/abcdefghij", "")).as("the same settings")
                    .isEqualTo("two/show");
            assertThat(registry.get("millrace.edge.refused").tag("reason", "other_stream").counter().count())
                    .isEqualTo(1);
        }
    }

    @Test
    void filesOfApplicationsAreReadAgain() throws IOException {
        Path keys = file("keys", "0123456789: live/show\n");
        try (AccessGates gates = open(Action.PUBLISH, AccessSettings.OPEN,
                application("live", new AccessSettings(keys, null, null)))) {
            assertThat(decide(gates, Action.PUBLISH, "live/show", "key=abcdefghij")).isEqualTo("unknown_key");
            file("keys", "abcdefghij: live/show\n");
            gates.reloadIfChanged();
            assertThat(decide(gates, Action.PUBLISH, "live/show", "key=abcdefghij")).isEqualTo("live/show");
            assertThat(decide(gates, Action.PUBLISH, "other/show", "")).isEqualTo("other/show");
        }
    }

    @Test
    void missingFileOfApplicationFailsAtStart() {
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> open(Action.PUBLISH, AccessSettings.OPEN,
                application("live", new AccessSettings(none, null, null)))).isInstanceOf(UserError.class)
                .hasMessageContaining("there is no " + none);
    }
}
