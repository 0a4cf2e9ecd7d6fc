package io.millrace.launcher;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A program that a test needs and a plain machine does not have. */
public final class RequiredTool {
    /** Set by {@code .ci/run}, which installs everything: there nothing may be skipped. */
    private static final boolean REQUIRED = Boolean.parseBoolean(System.getenv("MILLRACE_REQUIRE_TOOLS"));

    private RequiredTool() {}

    /** Its path. Where it is missing the test is skipped and says what to install; in CI it fails. */
    public static Path find(String name) {
        Optional<Path> found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name)).filter(Files::isExecutable).findFirst();
        check(found.isPresent(), "needs " + name + ", which is not on the PATH; install it (Debian: apt-get install "
                + name + ")");
        return found.orElseThrow();
    }

    /** Where {@code available} is false the test is skipped and says what it {@code needs}; in CI it fails. */
    public static void check(boolean available, String needs) {
        if (!available && REQUIRED) {
            throw new AssertionError(needs);
        }
        if (!available) {
            // Surefire counts what is skipped and does not say why.
            System.out.println("SKIPPED: " + needs);
        }
        Assumptions.assumeTrue(available, needs);
    }
}
