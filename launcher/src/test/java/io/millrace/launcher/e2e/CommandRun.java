package io.millrace.launcher.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs a command to its end, as a user would, but from the built jars and with little memory. */
final class CommandRun {
    private static final long END_SECONDS = 300;

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandRun(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    static CommandRun start(Path dir, String... arguments) throws IOException {
        List<String> command = MillraceCommand.line(List.of("-Xmx128m"), List.of(arguments));
        Path out = Files.createTempFile(dir, "out", ".txt");
        Path err = Files.createTempFile(dir, "err", ".txt");
        Process process = new ProcessBuilder(command).directory(dir.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile()).start();
        return new CommandRun(process, out, err);
    }

    /** Runs to the end and asserts the exit code. */
    static CommandRun run(int code, Path dir, String... arguments) throws IOException, InterruptedException {
        CommandRun run = start(dir, arguments);
        assertThat(run.code()).as("%s: %s", List.of(arguments), run.err()).isEqualTo(code);
        return run;
    }

    Process process() {
        return process;
    }

    /** Waits for the end. */
    int code() throws IOException, InterruptedException {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("did not end; it said: " + err());
        }
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }
}
