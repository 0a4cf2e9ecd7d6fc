package io.millrace.launcher;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A program that a test needs and that may not be installed. */
public final class RequiredTool {
    /** Set by {@code .ci/run}, which installs all tools, so that no test may be skipped. */
    private static final boolean REQUIRED = Boolean.parseBoolean(System.getenv("MILLRACE_REQUIRE_TOOLS"));

    private RequiredTool() {}

    /**
     * Returns the path of the program. If it is missing, the test is skipped with a message that says what to install;
     * in CI it fails.
     */
    public static Path find(String name) {
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst();
        check(found.isPresent(), "needs " + name + ", which is not on the PATH; install it (Debian: apt-get install "
                + name + ")");
        return found.orElseThrow();
    }

    /** If {@code available} is false, the test is skipped with the message {@code needs}; in CI it fails. */
    public static void check(boolean available, String needs) {
        Assumptions.assumeTrue(isThere(available, needs), needs);
    }

    /** Returns {@code available}. If it is false, prints the message {@code needs}; in CI the test fails. */
    public static boolean isThere(boolean available, String needs) {
        if (!available && REQUIRED) {
            throw new AssertionError(needs);
        }
        if (!available) {
            // Surefire counts skipped tests but does not print the reason.
            System.out.println("SKIPPED: " + needs);
        }
        return available;
    }
}
