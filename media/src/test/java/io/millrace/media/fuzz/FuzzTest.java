package io.millrace.media.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs Jazzer, each target in its own process with little memory, two at a time: coverage-guided, seeded from
 * recordings. Runs only in the profile {@code ci}. Each target runs for one second, barely more than a replay of the
 * corpus; {@code -Dmillrace.fuzz.seconds=60} runs a search. Earlier findings are in the test resources and are
 * replayed first.
 */
@Tag("slow")
@Tag("fuzz")
@Execution(ExecutionMode.CONCURRENT)
class FuzzTest {
    private static final int SECONDS = Integer.getInteger("millrace.fuzz.seconds", 1);
    private static final String HEAP = "-Xmx256m";
    /** The C2 compiler pays off in a search, but not within a second. */
    private static final String COMPILERS = "-XX:TieredStopAtLevel=" + (SECONDS > 5 ? 4 : 1);
    private static final int LARGEST_INPUT_BYTES = 8192;
    private static final int START_AND_END_SECONDS = 120;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in");

    static final List<Class<?>> TARGETS = List.of(RtmpFuzz.Connection.class, RtmpFuzz.Chunks.class, BodyFuzz.Amf.class,
            BodyFuzz.TagBody.class, BodyFuzz.Config.class, BodyFuzz.File.class);

    @ParameterizedTest
    @FieldSource("TARGETS")
    void findsNothing(Class<?> target, @TempDir Path dir) throws Exception {
        Path seeds = Seeds.write(dir.resolve("seeds"), target);
        Path corpus = Files.createDirectories(dir.resolve("corpus"));
        Path log = dir.resolve("jazzer.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), COMPILERS,
                "-XX:-OmitStackTraceInFastThrow",
                "-XX:+UseSerialGC", HEAP, "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer", "--target_class=" + target.getName(),
                "--instrumentation_includes=io.millrace.media.**", "--reproducer_path=" + dir,
                "-max_total_time=" + SECONDS, "-max_len=" + LARGEST_INPUT_BYTES, "-timeout=10", "-rss_limit_mb=0",
                "-print_final_stats=1", corpus.toString(), seeds.toString()));
        Process process = new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        boolean ended = process.waitFor(SECONDS + START_AND_END_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(log);
        assertThat(ended).as("%s ends; it says\n%s", target, said).isTrue();
        assertThat(process.exitValue()).as("%s finds something:\n%s", target, said).isZero();
        Matcher done = DONE.matcher(said);
        assertThat(done.find()).as("%s tells how many it ran:\n%s", target, said).isTrue();
        System.out
                .println("FUZZ " + target.getSimpleName() + ": " + done.group(1) + " executions in " + SECONDS + " s");
        assertThat(Long.parseLong(done.group(1))).isPositive();
    }
}
