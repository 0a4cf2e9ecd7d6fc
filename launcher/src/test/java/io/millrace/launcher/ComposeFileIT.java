package io.millrace.launcher;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks {@code compose/compose.yaml} as docker-compose reads it. */
class ComposeFileIT {
    private static final Path FILE = Path.of("..", "compose", "compose.yaml");
    private static final Path REFERENCE = Path.of("..", "docs", "reference.md");
    private static final String OURS = "MILLRACE_";

    @TempDir
    private Path dir;

    @Test
    void isValidAndUsesOnlyKnownSettings() throws Exception {
        Map<String, Map<String, Object>> services = services(config());
        assertThat(services).containsKeys("kafka1", "kafka2", "kafka3", "ingest", "segmenter", "packager", "edge",
                "haproxy", "prometheus", "grafana");
        String reference = Files.readString(REFERENCE);
        List<String> variables = services.values().stream().flatMap(ComposeFileIT::variables)
                .filter(name -> name.startsWith(OURS)).distinct().toList();
        assertThat(variables).contains("MILLRACE_KAFKA", "MILLRACE_VOTERS").allSatisfy(name -> assertThat(reference)
                .contains("| `--" + name.substring(OURS.length()).toLowerCase(Locale.ROOT).replace('_', '-') + " "));
    }

    /** Grafana's default is admin/admin, and hiding the login form does not prevent Basic authentication. */
    @Test
    void grafanaHasNoDefaultAccount() throws Exception {
        assertThat(services(config()).get("grafana").get("environment")).asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("GF_AUTH_BASIC_ENABLED", "false")
                .containsEntry("GF_AUTH_DISABLE_LOGIN_FORM", "true")
                .containsEntry("GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION", "true");
    }

    private String config() throws Exception {
        Path errors = dir.resolve("errors");
        Process compose = new ProcessBuilder(RequiredTool.find("docker-compose").toString(), "-f", FILE.toString(),
                "config").redirectError(errors.toFile()).start();
        String merged = new String(compose.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compose.waitFor()).as(Files.readString(errors)).isZero();
        return merged;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> services(String yaml) {
        Map<String, Object> file = new Yaml().load(yaml);
        return (Map<String, Map<String, Object>>) file.get("services");
    }

    private static Stream<String> variables(Map<String, Object> service) {
        return service.get("environment") instanceof Map<?, ?> environment
                ? environment.keySet().stream().map(String::valueOf)
                : Stream.empty();
    }
}
