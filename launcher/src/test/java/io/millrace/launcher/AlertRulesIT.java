package io.millrace.launcher;

import io.millrace.testkit.SlowTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks the alert rules of {@code compose/} with promtool. */
@SlowTest
class AlertRulesIT {
    private static final Path PROMETHEUS = Path.of("..", "compose", "prometheus");

    @TempDir
    Path dir;

    @Test
    void areValid() throws Exception {
        promtool("check", "rules", PROMETHEUS.resolve("rules/millrace.yml").toString());
        promtool("check", "config", PROMETHEUS.resolve("prometheus.yml").toString());
    }

    @Test
    void fireOnlyUnderTheirConditions() throws Exception {
        promtool("test", "rules", PROMETHEUS.resolve("tests/millrace.yml").toString());
    }

    private void promtool(String... arguments) throws Exception {
        Path output = dir.resolve("output");
        var command = new ProcessBuilder(arguments).redirectErrorStream(true).redirectOutput(output.toFile());
        command.command().addFirst(RequiredTool.find("promtool").toString());
        Process process = command.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).as("%s", Files.readString(output)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
