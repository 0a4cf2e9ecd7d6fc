package io.millrace.launcher;

import io.millrace.launcher.e2e.MillraceCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The command as a process: exit codes, one-line errors, signals. Most tests wait for timeouts, so they run
 * concurrently.
 */
class CommandIT {
    private static final long END_SECONDS = 900;
    private static final Pattern KAFKA = Pattern.compile("ready kafka=(127\\.0\\.0\\.1:\\d+)");

    @TempDir
    private Path dir;

    private record Outcome(int code, String out, String err) {}

    @Test
    @SideBySide
    void printsUsageAndExitsWith2WithoutCommand() throws Exception {
        Outcome outcome = run(List.of());
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).contains("Usage: millrace").contains("Commands:");
    }

    @Test
    @SideBySide
    void scriptRunsFromAnyDirectoryAndThroughLink() throws Exception {
        Path script = Path.of("..", "millrace").toRealPath();
        Path link = Files.createSymbolicLink(dir.resolve("link"), script);
        ProcessBuilder builder = new ProcessBuilder(link.toString(), "config", "--rtmp-port", "7")
                .directory(dir.toFile());
        builder.environment().put("MILLRACE_JAVA_HOME", System.getProperty("java.home"));
        try {
            Outcome outcome = run(builder);
            assertThat(outcome.code()).as(outcome.err()).isZero();
            assertThat(outcome.out()).containsPattern("rtmp-port +7 +flag --rtmp-port");
        } finally {
            // JUnit would delete it with a warning.
            Files.delete(link);
        }
    }

    @Test
    @SideBySide
    void scriptReportsMissingJdk() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Path.of("..", "millrace").toRealPath().toString(), "--version");
        builder.environment().put("MILLRACE_JAVA_HOME", dir.toString());
        Outcome outcome = run(builder);
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).hasLineCount(1).startsWith("millrace: MILLRACE_JAVA_HOME is ").contains("no JDK 25");
    }

    /** The first process that serves has a cache made in the background. That fails here, and is not tried again. */
    @Test
    @SideBySide
    void scriptMakesAotCacheAndUsesIt() throws Exception {
        Path caches = dir.resolve("cache dir");
        String first = commandLineOfBroker(caches, () -> {
            try {
                await().until(() -> !trainers(caches).isEmpty());
            } finally {
                trainers(caches).forEach(ProcessHandle::destroyForcibly);
            }
            await().until(() -> !files(caches, ".failed").isEmpty() && files(caches, ".lock").isEmpty());
        });
        assertThat(first).doesNotContain("-XX:AOTCache");
        assertThat(commandLineOfBroker(caches, () -> {})).doesNotContain("-XX:AOTCache");

        Outcome trained = run(script(caches, "train"));
        assertThat(trained.code()).as(trained.err()).isZero();
        Path cache = Path.of(trained.out().strip());
        assertThat(files(caches, "")).containsExactly(cache);
        assertThat(commandLineOfBroker(caches, () -> {})).contains("-XX:AOTCache=" + cache);
        FileTime made = Files.getLastModifiedTime(cache);
        assertThat(run(script(caches, "train")).out().strip()).isEqualTo(cache.toString());
        assertThat(Files.getLastModifiedTime(cache)).isEqualTo(made);

        Files.writeString(cache, "no cache");
        Outcome outcome = run(script(caches, "config"));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).doesNotContainIgnoringCase("aot").contains("rtmp-port");
    }

    @Test
    @SideBySide
    void scriptMakesNoAotCacheIfItIsOff() throws Exception {
        Outcome outcome = run(script(Path.of("off"), "train"));
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("millrace: there is no directory for an AOT cache");
    }

    private ProcessBuilder script(Path caches, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("..", "millrace").toRealPath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
        builder.environment().put("MILLRACE_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MILLRACE_CACHE", caches.toString());
        return builder;
    }

    /** Runs a broker by the script, and returns the command line of its JVM. */
    private String commandLineOfBroker(Path caches, Executable meanwhile) throws Exception {
        Process broker = script(caches, "broker", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString())
                .redirectError(dir.resolve("err").toFile()).start();
        try (BufferedReader out = broker.inputReader()) {
            assertThat(out.readLine()).as(this::errors).containsPattern(KAFKA);
            meanwhile.run();
            return Files.readString(Path.of("/proc", String.valueOf(broker.pid()), "cmdline"));
        } finally {
            broker.destroy();
            broker.waitFor();
        }
    }

    private static List<Path> files(Path dir, String suffix) throws IOException {
        if (Files.notExists(dir)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    /** Returns the JVMs of training runs. */
    private static List<ProcessHandle> trainers(Path caches) {
        return ProcessHandle.allProcesses().filter(process -> process.info().commandLine()
                .filter(line -> line.contains("-XX:AOTCacheOutput=" + caches)).isPresent()).toList();
    }

    @FunctionalInterface
    private interface Executable {
        void run() throws Exception;
    }

    @ParameterizedTest
    @SideBySide
    @ValueSource(strings = {"--admin-port", "--kafka-port", "--http-port", "--rtmp-port"})
    void takenPortIsOneLineAndCode1(String flag) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            List<String> arguments = new ArrayList<>(List.of("up", "--host", "127.0.0.1", "--data-dir",
                    dir.resolve("data").toString()));
            for (String each : List.of("--admin-port", "--kafka-port", "--http-port", "--rtmp-port")) {
                arguments.addAll(List.of(each, each.equals(flag) ? port : "0"));
            }
            assertFails(run(arguments), port, flag);
        }
    }

    @Test
    @SideBySide
    void unreachableKafkaIsOneLineAndCode1() throws Exception {
        try (Socket nobody = RefusingPort.listens()) {
            String kafka = RefusingPort.address(nobody);
            assertFails(run(List.of("edge", "--kafka", kafka, "--admin-port", "0", "--rtmp-port", "0",
                    "--http-port", "0")),
                    "cannot reach Kafka at " + kafka, "--kafka");
        }
    }

    @ParameterizedTest
    @SideBySide
    @ValueSource(strings = {"replay live/show rtmp://127.0.0.1/live/again", "export live/show show.mp4", "streams",
        "sessions live/show"})
    void unreachableKafkaIsOneLineAndCode1ForLogReaders(String command) throws Exception {
        try (Socket nobody = RefusingPort.listens()) {
            String kafka = RefusingPort.address(nobody);
            List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
            arguments.addAll(List.of("--kafka", kafka));
            Outcome outcome = run(arguments);
            assertFails(outcome, "cannot reach Kafka at " + kafka, "--kafka");
            assertThat(outcome.err()).hasLineCount(1);
        }
    }

    @Test
    @SideBySide
    void unreachableServerOfPushIsOneLineAndCode1() throws Exception {
        Path clip = Path.of("..", "tools", "src", "main", "resources", "demo", "demo.flv").toRealPath();
        try (Socket nobody = RefusingPort.listens()) {
            String app = "rtmp://" + RefusingPort.address(nobody) + "/live/";
            Outcome outcome = run(List.of("push", clip.toString(), app + "a-secret-key"));
            assertFails(outcome, "cannot publish to " + app + "…", "start a server");
            assertThat(outcome.err()).hasLineCount(1).doesNotContain("a-secret-key");
        }
    }

    @Test
    @SideBySide
    void unwritableDirectoryIsOneLineAndCode1() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));
        assertFails(run(List.of("broker", "--kafka-port", "0", "--data-dir", file.resolve("data").toString())),
                file.toString(), "--data-dir");
    }

    @Test
    @SideBySide
    void missingFileIsOneLineAndCode1() throws Exception {
        assertFails(run(List.of("push", dir.resolve("none.flv").toString(), "rtmp://127.0.0.1/live/show")), "none.flv",
                "there is no such file");
    }

    @ParameterizedTest
    @SideBySide
    @ValueSource(strings = {"TERM", "INT"})
    void signalEndsCleanlyAndNextStartContinues(String signal) throws Exception {
        for (int run = 0; run < 2; run++) {
            Process broker = start(
                    List.of("broker", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
            try (BufferedReader out = broker.inputReader()) {
                assertThat(out.readLine()).containsPattern(KAFKA);
                new ProcessBuilder("kill", "-" + signal, String.valueOf(broker.pid())).start().waitFor();
                assertThat(broker.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(broker.exitValue()).isZero();
                assertThat(out.readLine()).isNull();
            } finally {
                broker.destroyForcibly();
            }
        }
    }

    @Test
    @SideBySide
    void killedBrokerServesSameDataSoonAfterRestart() throws Exception {
        Process first = start(List.of("broker", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
        try (BufferedReader out = first.inputReader()) {
            assertThat(out.readLine()).as(this::errors).containsPattern(KAFKA);
        } finally {
            first.destroyForcibly().waitFor();
        }
        Process second = start(List.of("broker", "--kafka-port", "0", "--data-dir", dir.resolve("data").toString()));
        try (BufferedReader out = second.inputReader()) {
            assertThat(out.readLine()).as(this::errors).containsPattern(KAFKA);
        } finally {
            second.destroyForcibly().waitFor();
        }
    }

    /** No file may grow from then on: the kernel's error for Kafka is like that of a full disk. */
    @Test
    @SideBySide
    void brokerThatCannotWriteIsOneLineAndCode1() throws Exception {
        Process broker = new ProcessBuilder(command(List.of("broker", "--kafka-port", "0", "--data-dir",
                dir.resolve("data").toString()))).start();
        // Pipes, because files may not grow.
        CompletableFuture<String> err = CompletableFuture.supplyAsync(() -> text(broker.errorReader()));
        try (BufferedReader out = broker.inputReader()) {
            assertThat(out.readLine()).containsPattern(KAFKA);
            assertThat(new ProcessBuilder("prlimit", "--pid", String.valueOf(broker.pid()), "--fsize=0").start()
                    .waitFor()).isZero();
            assertThat(broker.waitFor(END_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertFails(new Outcome(broker.exitValue(), "", err.join()), "the embedded Kafka broker failed",
                    "see the log above");
            assertThat(err.join().lines().filter(line -> line.contains(" ERROR "))).singleElement().asString()
                    .contains("cannot continue", "File too large");
        } finally {
            broker.destroyForcibly();
        }
    }

    private static String text(BufferedReader reader) {
        try (reader) {
            return reader.readAllAsString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String errors() {
        try {
            return Files.readString(dir.resolve("err"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertFails(Outcome outcome, String what, String whatToDo) {
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        List<String> lines = outcome.err().lines().filter(line -> line.startsWith("millrace: ")).toList();
        assertThat(lines).as(outcome.err()).singleElement().asString().contains(what).contains(whatToDo);
        assertThat(outcome.err()).doesNotContain("\tat ");
    }

    private static List<String> command(List<String> arguments) throws IOException {
        return MillraceCommand.line(List.of("-Xmx512m"), arguments);
    }

    /** Restores the default action of SIGINT, which a shell ignores for processes in the background. */
    private Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(command(arguments));
        return new ProcessBuilder(command).directory(dir.toFile())
                .redirectError(dir.resolve("err").toFile()).start();
    }

    private Outcome run(List<String> arguments) throws Exception {
        return run(new ProcessBuilder(command(arguments)).directory(dir.toFile()));
    }

    private Outcome run(ProcessBuilder builder) throws Exception {
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("did not end; it said: " + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
