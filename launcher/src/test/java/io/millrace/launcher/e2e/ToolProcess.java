package io.millrace.launcher.e2e;

import io.millrace.launcher.RequiredTool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server from Debian's packages that runs beside a Millrace, such as its load balancer. */
final class ToolProcess implements AutoCloseable {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final long STOP_SECONDS = 120;

    private final Process process;

    private ToolProcess(Process process) {
        this.process = process;
    }

    /** Starts {@code tool}, with its output in a file, and returns when {@code ready} answers 200. */
    static ToolProcess start(String tool, List<String> args, Path log, URI ready) throws IOException {
        List<String> command = new ArrayList<>(List.of(RequiredTool.find(tool).toString()));
        command.addAll(args);
        ToolProcess started = new ToolProcess(
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start());
        try (HttpClient client = HttpClient.newHttpClient()) {
            Awaitility.await(tool + " is ready").atMost(READY).ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> !started.process.isAlive() || client.send(HttpRequest.newBuilder(ready).build(),
                            HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
            if (!started.process.isAlive()) {
                throw new IllegalStateException(tool + " has ended with code " + started.process.exitValue());
            }
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw new AssertionError(tool + " says: " + Files.readString(log), e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(STOP_SECONDS, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly())
                .join();
    }
}
