package io.millrace.launcher.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One {@code millrace} process, started as by a user, but from the built jars. */
public final class MillraceProcess implements AutoCloseable {
    private static final long READY_SECONDS = 300;
    /** Includes the minutes for which the JVM writes an AOT cache on a busy machine. */
    private static final long STOP_SECONDS = 300;
    private static final List<String> CONTROLLER = List.of("ReplicationControlManager", "QuorumController",
            "BrokerLifecycleManager", "ClusterControlManager", "EventPerformanceMonitor");
    private static final Pattern PART = Pattern.compile("(\\w+)=(\\S+)");

    private final Process process;
    private final Path log;
    private final CompletableFuture<Map<String, String>> ready = new CompletableFuture<>();

    private MillraceProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts {@code millrace ARGS}; its stderr goes to a file {@code NAME.log} under {@code dir}. */
    static MillraceProcess start(Path dir, String name, List<String> args) throws IOException {
        return start(dir, name, List.of("-Xmx1g"), args);
    }

    /** As above, with flags for the JVM. */
    public static MillraceProcess start(Path dir, String name, List<String> jvm, List<String> args)
            throws IOException {
        return run(dir, name, MillraceCommand.line(jvm, args));
    }

    /** Starts the process of a {@link MillraceCommand}. */
    public static MillraceProcess run(Path dir, String name, List<String> command) throws IOException {
        return run(dir, name, command, Map.of());
    }

    /** As above, with variables of the environment. */
    public static MillraceProcess run(Path dir, String name, List<String> command, Map<String, String> environment)
            throws IOException {
        Path log = Files.createDirectories(dir).resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        MillraceProcess millrace = new MillraceProcess(process, log);
        readByThread("stdout of " + name, millrace::readOutput);
        return millrace;
    }

    /**
     * Starts a thread that reads a pipe. It is not virtual: on a machine with one processor, a virtual thread of JDK 25
     * that waits for a pipe can stop all others.
     */
    static void readByThread(String name, Runnable reader) {
        Thread.ofPlatform().daemon().name(name).start(reader);
    }

    /** Returns the parts of the ready line by name. Waits for the line. */
    public Map<String, String> ready() throws InterruptedException, IOException {
        try {
            return ready.get(READY_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no ready line; its log says:\n" + Files.readString(log), e);
        }
    }

    public Process process() {
        return process;
    }

    /** Returns what it has written to stderr so far. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /**
     * Returns the error lines, except those of the embedded broker's controller on a machine that is busy for seconds.
     */
    static List<String> errors(String log) {
        return log.lines().filter(line -> line.contains(" ERROR ")).filter(line -> CONTROLLER.stream()
                .noneMatch(name -> line.contains(" " + name + " "))).toList();
    }

    /** Ends the process as Ctrl-C does, and returns its exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("did not end within " + STOP_SECONDS + " s of SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            process.destroy();
            process.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly())
                    .join();
        }
    }

    private void readOutput() {
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("ready ")) {
                    ready.complete(PART.matcher(line).results()
                            .collect(Collectors.toMap((MatchResult m) -> m.group(1), m -> m.group(2))));
                }
            }
            ready.completeExceptionally(new IllegalStateException("ended without a ready line"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }
}
