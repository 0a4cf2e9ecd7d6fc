package io.millrace.launcher.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the limits and their defaults from {@code docs/reference.md}. */
final class DocumentedLimits {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| `([^`]*)` \\|");

    private DocumentedLimits() {}

    /** Returns the limits of the section {@code title}, which ends where the section {@code next} begins. */
    static Map<String, String> between(String title, String next) throws IOException {
        String reference = Files.readString(Path.of("..", "docs", "reference.md"));
        String section = reference.substring(reference.indexOf("\n" + title), reference.indexOf("\n" + next));
        return ROW.matcher(section).results().collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
    }
}
