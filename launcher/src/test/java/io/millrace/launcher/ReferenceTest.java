package io.millrace.launcher;

import io.millrace.launcher.settings.SettingNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code docs/reference.md} lists the commands, flags and defaults of the program. */
class ReferenceTest {
    private static final Pattern SETTING = Pattern.compile("(?m)^\\| `--([a-z-]+)[^`]*` \\| `([^`]*)` \\|");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\| `([a-z]+)[^`]*` \\|");

    private final String reference = read();
    private final CommandLine commands = CommandLines.all();

    @Test
    void settingsAndDefaultsAreThoseOfReference() {
        Map<String, String> documented = SETTING.matcher(reference).results()
                .collect(Collectors.toMap((MatchResult row) -> row.group(1), row -> row.group(2), (a, _) -> a,
                        TreeMap::new));
        Map<String, String> real = new TreeMap<>();
        for (OptionSpec option : commands.getSubcommands().get("config").getCommandSpec().options()) {
            if (SettingNames.isSetting(option)) {
                real.put(SettingNames.of(option), option.defaultValue());
            }
        }
        assertThat(documented).isEqualTo(real);
    }

    @Test
    void everyFlagIsInReference() {
        for (CommandLine command : commands.getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertThat(reference).contains("`" + option.longestName());
            }
        }
    }

    @Test
    void commandsAreThoseOfReference() {
        String section = reference.substring(reference.indexOf("## Commands"), reference.indexOf("## Settings"));
        assertThat(COMMAND.matcher(section).results().map(row -> row.group(1)).toList())
                .containsExactlyInAnyOrderElementsOf(commands.getSubcommands().keySet());
    }

    private static String read() {
        try {
            return Files.readString(Path.of("..", "docs", "reference.md"));
        } catch (IOException e) {
            throw new AssertionError("docs/reference.md cannot be read", e);
        }
    }
}
