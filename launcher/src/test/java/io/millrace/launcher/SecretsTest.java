package io.millrace.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Passes a known secret wherever a command accepts one, and searches for it in everything that the command prints. */
@Isolated
class SecretsTest {
    private static final String SECRET = "pl4nted-s3cret-0123456789";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"push none.mp4 rtmp://127.0.0.1:1/live/SECRET", "push CLIP rtmp://127.0.0.1:1/live/SECRET",
        "push CLIP rtmp://127.0.0.1:1/live/a?key=SECRET", "push CLIP rtmps://127.0.0.1:1/live/SECRET --tls-ca none.pem",
        "push CLIP http://127.0.0.1:1/live/SECRET", "push CLIP rtmp://SECRET", "push CLIP rtmp://h/SECRET",
        "push BROKEN rtmp://127.0.0.1:1/live/SECRET?sign=SECRET", "push CLIP rtmp://u:SECRET@127.0.0.1:1/live/a[",
        "replay live/show rtmp://127.0.0.1:1/live/SECRET --kafka nowhere", "replay show rtmp://h/live/SECRET",
        "replay live/show http://h/live/SECRET", "replay live/show rtmp://h/live/SECRET[",
        "replay live/show rtmp://h/live/SECRET --from never", "config --publish-hook ftp://u:SECRET@h/",
        "config --publish-hook http://u:SECRET@h/a[?t=SECRET", "config --publish-hook http:u:SECRET@h",
        "config --publish-hook http://u:SECRET@h/?t=SECRET", "up --publish-hook SECRET",
        "demo --publish-hook u:SECRET@h",
        "config --play-hook http://u:SECRET@h/?t=SECRET", "config --play-hook ftp://u:SECRET@h/",
        "config --play-jwks https://u:SECRET@h/jwks?k=SECRET", "config --play-jwks https://u:SECRET@h:x/",
        "config --publish-jwks https://u:SECRET@h/jwks", "edge --play-hook u:SECRET@h",
        "config --webhook http://h/SECRET?t=SECRET", "config --webhook http://u:SECRET@h/",
        "webhooks --webhook ftp://SECRET",
        "sign live/show --play-secret none.txt --address SECRET[",
        "ingest --publish-hook http://u:SECRET@h/a --segment 1ms", "edge --publish-hook http://u:SECRET@h/a --part 9s",
        "segmenter --publish-hook http://u:SECRET@h/ --grace 8d",
        "packager --publish-hook http://u:SECRET@h/ --window 1s",
        "broker --voters nobody --publish-hook http://u:SECRET@h/", "streams --kafka nowhere --publish-hook SECRET"})
    void doesNotRepeatArguments(String arguments) throws IOException {
        Path broken = Files.writeString(dir.resolve("broken.mp4"), "no film");
        String line = arguments.replace("SECRET", SECRET).replace("BROKEN", broken.toString()).replace("CLIP",
                Path.of("../tools/src/test/resources/io/millrace/tools/push/moov-first.mp4").toString());
        assertSilent(Map.of(), line.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"up", "demo", "ingest", "segmenter", "packager", "edge", "webhooks", "broker", "push",
        "replay", "streams", "sign", "config"})
    void helpDoesNotRepeatEnvironment(String command) {
        assertSilent(Map.of("MILLRACE_PUBLISH_HOOK", "http://u:" + SECRET + "@h:x/"), command, "--help");
    }

    @Test
    void doesNotQuoteFiles() throws IOException {
        String keys = file("keys", "first-key-" + SECRET + " live/show\n");
        String shortSecret = file("secret", SECRET.substring(0, 12) + "\n");
        String key = file("key.pem", "-----BEGIN PRIVATE KEY-----\n" + SECRET + "\n-----END PRIVATE KEY-----\n");
        String settings = file("millrace.yaml", "kafka-client:\n  sasl.jaas.config: '" + SECRET
                + "'\n  ssl.keystore.type: 7\n  ssl.key.password: [" + SECRET + "]\npublish-hook: http://u:" + SECRET
                + "@h:x/?t=" + SECRET + "\n");
        List<String> up = List.of("up", "--host", "127.0.0.1", "--rtmp-port", "0", "--http-port", "0", "--admin-port",
                "0", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString());
        for (List<String> flags : List.of(List.of("--publish-keys", keys), List.of("--publish-secret", shortSecret),
                List.of("--play-keys", keys), List.of("--play-secret", shortSecret), List.of("--play-jwks", key),
                List.of("--webhook", "http://127.0.0.1:1/" + SECRET, "--webhook-secret", shortSecret),
                List.of("--webhooks", key), List.of("--tls-cert", key, "--tls-key", key),
                List.of("--config", settings), List.of("--config", inApplication("publish-keys", keys)),
                List.of("--config", inApplication("play-secret", shortSecret)),
                List.of("--config", inApplication("play-hook", "http://u:" + SECRET + "@h:x/")),
                List.of("--config", inApplication("publish-jwks", "https://u:" + SECRET + "@h:x/")))) {
            List<String> all = new ArrayList<>(up);
            all.addAll(flags);
            assertSilent(Map.of(), all.toArray(String[]::new));
        }
        assertSilent(Map.of(), "sign", "live/show", "--publish-secret", shortSecret);
        assertSilent(Map.of(), "sign", "live/show", "--play-secret", shortSecret);
        assertSilent(Map.of(), "config", "--config", settings);
    }

    private String inApplication(String setting, String value) throws IOException {
        return file("application-" + setting, "applications:\n  live:\n    " + setting + ": '" + value + "'\n");
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(dir.resolve(name), content).toString();
    }

    private static void assertSilent(Map<String, String> environment, String... arguments) {
        CommandCall call = CommandCall.run(environment, List.of(arguments));
        assertThat(call.out() + call.err()).as("code " + call.code()).isNotEmpty()
                .doesNotContain(SECRET.substring(0, 12));
    }
}
