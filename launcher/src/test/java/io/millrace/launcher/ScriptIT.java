package io.millrace.launcher;

import io.millrace.testkit.Patience;
import io.millrace.testkit.SlowTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The script {@code millrace} of an unpacked release. Its JVM is a shell script: a training run does what the test
 * says, and every other run prints its arguments.
 */
@SlowTest
@Timeout(120)
class ScriptIT {
    private static final String JAVA = """
            #!/bin/sh
            home=$(dirname "$0")/..
            for argument; do
                case $argument in -XX:AOTCacheOutput=*) out=${argument#*=} ;; esac
            done
            [ -n "${out:-}" ] || { echo "$@"; exit; }
            echo $$ >>"$home/trainings"
            . "$home/training"
            """;
    private static final String MAKES_CACHE = "echo cache >\"$out\"";

    @TempDir
    private Path dir;
    private Path jdk;
    private Path jar;
    private Path caches;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        jdk = Files.createDirectories(dir.resolve("jdk"));
        caches = dir.resolve("cache dir");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\n");
        Path java = Files.createDirectory(jdk.resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path lib = Files.createDirectories(dir.resolve("home/lib/lib"));
        jar = Files.writeString(lib.resolveSibling("launcher.jar"), "jar");
        Files.writeString(lib.resolve("kafka-clients.jar"), "jar");
        Files.copy(Path.of("..", "millrace"), dir.resolve("home/millrace"));
        training(MAKES_CACHE);
    }

    private void training(String commands) throws IOException {
        Files.writeString(jdk.resolve("training"), commands);
    }

    private ProcessBuilder script(String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", dir.resolve("home/millrace").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
        builder.environment().put("MILLRACE_JAVA_HOME", jdk.toString());
        builder.environment().put("MILLRACE_CACHE", caches.toString());
        builder.environment().remove("MILLRACE_JAVA_OPTS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder;
    }

    private static Outcome outcome(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes());
        String err = new String(process.getErrorStream().readAllBytes());
        return new Outcome(process.waitFor(), out.strip(), err.strip());
    }

    private Outcome run(String... arguments) throws Exception {
        return outcome(script(arguments).start());
    }

    private Path train() throws Exception {
        Outcome outcome = run("train");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Path.of(outcome.out());
    }

    private List<String> trainings() throws IOException {
        Path file = jdk.resolve("trainings");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private List<String> cacheFiles() throws IOException {
        try (Stream<Path> files = Files.list(caches)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void makesCacheOnceAndUsesIt() throws Exception {
        assertThat(run("config").out()).doesNotContain("-XX:AOTCache");
        Path cache = train();
        assertThat(train()).isEqualTo(cache);
        assertThat(trainings()).hasSize(1);
        assertThat(cacheFiles()).containsExactly(cache.getFileName().toString());
        assertThat(run("config").out()).contains("-XX:AOTCache=" + cache);
    }

    /** The JVM writes a cache at the end of a run that has failed, too. */
    @Test
    void keepsNoCacheOfFailedRun() throws Exception {
        training(MAKES_CACHE + "; echo 'no stream'; exit 1");
        Outcome outcome = run("train");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).contains(".failed");
        assertThat(cacheFiles()).hasSize(1).first().asString().endsWith(".failed");
        assertThat(caches.resolve(cacheFiles().getFirst())).hasContent("no stream");
        training(MAKES_CACHE);
        train();
        assertThat(cacheFiles()).hasSize(1).first().asString().endsWith(".aot");
    }

    @Test
    void leavesModeOfExistingDirectory() throws Exception {
        Files.createDirectory(caches);
        Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwxr-xr-x"));
        train();
        assertThat(mode(caches)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void createsDirectoryForItsUserOnly() throws Exception {
        train();
        assertThat(mode(caches)).isEqualTo("rwx------");
    }

    @Test
    void reportsDirectoryThatCannotBeCreated() throws Exception {
        Files.writeString(caches, "a file");
        Outcome outcome = run("train");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("millrace: cannot write to " + caches);
    }

    @Test
    void namesCacheByTimeOfJarsInSeconds() throws Exception {
        Instant built = Instant.parse("2026-01-01T10:00:00Z");
        Files.setLastModifiedTime(jar, FileTime.from(built));
        Path first = train();
        Files.setLastModifiedTime(jar, FileTime.from(built.plusSeconds(1)));
        assertThat(train()).isNotEqualTo(first);
        assertThat(first).as("the cache of earlier jars").doesNotExist();
    }

    /** The JVM starts with no more than one cache or archive. */
    @ParameterizedTest
    @ValueSource(strings = {"-XX:AOTMode=record -XX:AOTConfiguration=x", "-Xmx1g -XX:AOTCacheOutput=x", "-Xshare:off",
        "-XX:SharedArchiveFile=x", "-XX:DumpLoadedClassList=x"})
    void usesNoCacheBesideAnotherOne(String options) throws Exception {
        train();
        for (String variable : List.of("MILLRACE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
            ProcessBuilder builder = script("config");
            builder.environment().put(variable, options);
            assertThat(outcome(builder.start()).out()).doesNotContain("-XX:AOTCache=");
        }
    }

    /**
     * @param pid the holder's: none if it was killed before it wrote the number, or that of a process that has nothing
     *     to do with it
     */
    @ParameterizedTest
    @CsvSource({"none, 3", "dead, 0", "alive, 120"})
    void takesOverStaleLock(String pid, long ageMinutes) throws Exception {
        Path lock = lock();
        switch (pid) {
            case "dead" -> {
                Process dead = new ProcessBuilder("true").start();
                dead.waitFor();
                Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
            }
            case "alive" -> Files.writeString(lock.resolve("pid"), ProcessHandle.current().pid() + "\n");
            default -> assertThat(lock.resolve("pid")).doesNotExist();
        }
        Path left = Files.createDirectory(caches.resolve(lock.getFileName() + ".1234567"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(Duration.ofMinutes(ageMinutes))));
        train();
        assertThat(lock).doesNotExist();
        assertThat(left).doesNotExist();
    }

    /** Creates a lock, of which only the script knows the name. */
    private Path lock() throws Exception {
        training("exit 1");
        Process process = script("train").start();
        String failed = outcome(process).err().replaceAll(".*see (.*)\\.failed.*", "$1");
        Files.delete(Path.of(failed + ".failed"));
        training(MAKES_CACHE);
        return Files.createDirectory(Path.of(failed.replaceAll("-[0-9]+-[0-9]+\\.aot$", "") + ".lock"));
    }

    @Test
    void waitsForTrainingOfOtherProcess() throws Exception {
        training("until [ -e \"$home/go\" ]; do sleep 0.02; done; " + MAKES_CACHE);
        Process first = script("train").start();
        await().until(() -> trainings().size() == 1);
        Process second = script("train").start();
        await().until(() -> second.children()
                .anyMatch(child -> child.info().commandLine().filter(line -> line.endsWith("sleep 1")).isPresent()));
        Files.createFile(jdk.resolve("go"));
        assertThat(outcome(first)).isEqualTo(outcome(second));
        assertThat(trainings()).hasSize(1);
        assertThat(cacheFiles()).hasSize(1);
    }

    /** Told to stop, a JVM would first write the cache, in a process of its own. */
    @Test
    void stopsTrainingAtOnce() throws Exception {
        training("trap '' TERM; sh -c 'echo $$ >\"$1\"; while :; do sleep 1; done' sh \"$home/child\"");
        Process process = script("train").start();
        Path child = jdk.resolve("child");
        await().until(() -> Files.exists(child) && Files.readString(child).endsWith("\n"));
        process.destroy();
        assertThat(process.waitFor(Patience.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(143);
        for (String pid : List.of(trainings().getFirst(), Files.readString(child).strip())) {
            await().until(() -> ProcessHandle.of(Long.parseLong(pid)).isEmpty());
        }
        assertThat(cacheFiles()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1600000, , 0, true", "1400000, , 0, false", "9000000, max, 0, true", "9000000, 1000000000, 0, false",
        "9000000, 4000000000, 1000000000, true", "9000000, 4000000000, 3500000000, false"})
    void trainsBesideServerOnlyIfThereIsMemory(long availableKb, String limit, long usedBytes, boolean trains)
            throws Exception {
        Path proc = Files.createDirectories(dir.resolve("proc/self")).getParent();
        Path outer = dir.resolve("groups/system");
        Path group = Files.createDirectories(outer.resolve("millrace"));
        Files.writeString(proc.resolve("meminfo"), "MemTotal: 9 kB\nMemAvailable: " + availableKb + " kB\n");
        Files.writeString(proc.resolve("self/cgroup"), "0::/system/millrace\n");
        Files.writeString(group.resolve("memory.max"), "max\n");
        if (limit != null) {
            Files.writeString(outer.resolve("memory.max"), limit + "\n");
            // Half of it are files that nobody uses at present.
            Files.writeString(outer.resolve("memory.current"), 2 * usedBytes + "\n");
            Files.writeString(outer.resolve("memory.stat"), "anon 7\ninactive_file " + usedBytes + "\n");
        }
        Process process = new ProcessBuilder("sh", "-c",
                "eval \"$(sed -n '/^has_room() {/,/^}/p' ../millrace)\"; has_room \"$1\" \"$2\"", "sh", proc.toString(),
                dir.resolve("groups").toString()).inheritIO().start();
        assertThat(process.waitFor()).isEqualTo(trains ? 0 : 1);
    }
}
