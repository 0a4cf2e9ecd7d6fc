package io.millrace.launcher;

import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.testkit.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsResourceTest {
    private static final String SECRET = "pl4nted-s3cret-0123456789";

    @TempDir
    private Path dir;

    private LiveSettings open(Map<String, String> environment, String... arguments) {
        var commands = CommandLines.all();
        LayeredDefaults.install(commands, List.of(arguments), environment);
        var parsed = commands.parseArgs(arguments).subcommand();
        return LiveSettings.open(parsed.commandSpec(),
                ((ServeCommand) parsed.commandSpec().userObject()).options().rules());
    }

    private static String get(LiveSettings settings) {
        return AdminRoutes.of(List.of(new SettingsResource(settings::inForce)))
                .answer("GET", "/api/v1/settings", Map.of()).orElseThrow().json();
    }

    private static JsonNode setting(String json, String name) {
        return JsonMapper.builder().build().readTree(json).get("settings").valueStream()
                .filter(each -> each.get("name").asString().equals(name)).findFirst().orElseThrow();
    }

    private String file(String content) throws IOException {
        return Files.writeString(dir.resolve("millrace.yaml"), content).toString();
    }

    @Test
    void tellsWhereEachValueIsFrom() throws IOException {
        String file = file("grace: 5s\napplications: {live: {segment: 6s}}\nkafka-client: {client.rack: r1}\n");
        try (LiveSettings settings = open(Map.of("MILLRACE_PART", "400ms"), "up", "--segment", "3s", "--config",
                file)) {
            String json = get(settings);
            assertThat(setting(json, "segment").toString())
                    .isEqualTo("{\"name\":\"segment\",\"value\":\"3s\",\"source\":\"flag\",\"where\":\"--segment\"}");
            assertThat(setting(json, "part").toString()).isEqualTo(
                    "{\"name\":\"part\",\"value\":\"400ms\",\"source\":\"environment\",\"where\":\"MILLRACE_PART\"}");
            assertThat(setting(json, "grace").toString()).isEqualTo(
                    "{\"name\":\"grace\",\"value\":\"5s\",\"source\":\"file\",\"where\":\"" + file + ", line 1\"}");
            assertThat(setting(json, "http-port").toString())
                    .isEqualTo("{\"name\":\"http-port\",\"value\":\"8080\",\"source\":\"default\",\"where\":null}");
            assertThat(setting(json, "applications.live.segment").get("value").asString()).isEqualTo("6s");
            assertThat(setting(json, "kafka-client client.rack").get("source").asString()).isEqualTo("file");
        }
    }

    /** Only what applies without a restart changes. */
    @Test
    void followsSettingsFile() throws IOException {
        String file = file("grace: 5s\nhttp-port: 9000\n");
        try (var _ = LogCapture.ofPackages("io.millrace");
                LiveSettings settings = open(Map.of(), "up", "--config", file)) {
            file("grace: 6s\nhttp-port: 9001\n");
            settings.reloadIfChanged();
            assertThat(setting(get(settings), "grace").get("value").asString()).isEqualTo("6s");
            assertThat(setting(get(settings), "http-port").get("value").asString()).isEqualTo("9000");
        }
    }

    @Test
    void masksSecrets() throws IOException {
        String url = "http://u:" + SECRET + "@h/" + "?t=" + SECRET;
        List<String> urls = List.of("publish-hook", "play-hook", "webhook");
        List<String> jwks = List.of("publish-jwks", "play-jwks");
        List<String> flags = new ArrayList<>(List.of("up"));
        Map<String, String> environment = new HashMap<>();
        StringBuilder file = new StringBuilder(
                "kafka-client:\n  ssl.key.password: " + SECRET + "\n  sasl.jaas.config: '" + SECRET + "'\n");
        for (String name : urls) {
            flags.addAll(List.of("--" + name, name.equals("webhook") ? "http://h/" + SECRET + "?t=" + SECRET : url));
            environment.put("MILLRACE_" + name.replace('-', '_').toUpperCase(Locale.ROOT), flags.getLast());
            file.append(name).append(": '").append(flags.getLast()).append("'\n");
        }
        for (String name : jwks) {
            flags.addAll(List.of("--" + name, "https://h/jwks?k=" + SECRET));
            environment.put("MILLRACE_" + name.replace('-', '_').toUpperCase(Locale.ROOT), flags.getLast());
            file.append(name).append(": '").append(flags.getLast()).append("'\n");
        }
        file.append("applications:\n  live: {play-hook: '").append(url).append("', publish-jwks: '").append(url)
                .append("', publish-hook: '").append(url).append("'}\n");
        String path = file(file.toString());
        for (String source : List.of("flag", "environment", "file")) {
            String[] arguments = source.equals("flag")
                    ? flags.toArray(String[]::new)
                    : source.equals("file") ? new String[]{"up", "--config", path} : new String[]{"up"};
            try (LiveSettings settings = open(source.equals("environment") ? environment : Map.of(), arguments)) {
                String json = get(settings);
                for (String name : urls) {
                    assertThat(setting(json, name).get("source").asString()).as(name).isEqualTo(source);
                }
                assertThat(json).as(source).doesNotContain(SECRET.substring(0, 12));
            }
        }
    }
}
