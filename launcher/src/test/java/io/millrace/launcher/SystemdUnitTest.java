package io.millrace.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The unit in {@code compose/systemd} is valid, and sets variables that the program or its script reads. */
class SystemdUnitTest {
    private static final Path UNIT = Path.of("..", "compose", "systemd", "millrace@.service");
    private static final Pattern VARIABLE = Pattern.compile("(?m)^Environment=(\\w+)=");

    @TempDir
    private Path directory;

    @Test
    void systemdAcceptsIt() throws Exception {
        String analyze = RequiredTool.find("systemd-analyze").toString();
        // systemd looks for the program, which is not installed here.
        String text = Files.readString(UNIT).replace("/opt/millrace/millrace",
                Path.of("..", "millrace").toRealPath().toString());
        Path unit = Files.writeString(directory.resolve("millrace@up.service"), text);
        Path messages = directory.resolve("messages");
        Process verify = new ProcessBuilder(List.of(analyze, "verify", unit.toString())).redirectErrorStream(true)
                .redirectOutput(messages.toFile()).start();
        assertThat(verify.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(messages)).isEmpty();
        assertThat(verify.exitValue()).isZero();
    }

    @Test
    void variablesAreKnown() throws IOException {
        String reference = Files.readString(Path.of("..", "docs", "reference.md"));
        List<String> names = VARIABLE.matcher(Files.readString(UNIT)).results().map((MatchResult it) -> it.group(1))
                .toList();
        assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(reference.contains("`" + name + "`")
                || reference
                        .contains("`--" + name.substring("MILLRACE_".length()).toLowerCase().replace('_', '-') + " "))
                .as(name).isTrue());
    }
}
