package io.millrace.launcher;

import io.millrace.launcher.push.PushProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a push is, on stderr: one line that is written over on a terminal, else a line every ten seconds. Confined to
 * the job's thread; the file's own time is its clock, which a push in real time follows.
 */
final class PushStatus implements PushProgress {
    private static final long TERMINAL_MS = 500;
    private static final long LOG_MS = 10_000;

    private final PrintStream stderr;
    private final boolean terminal;
    private final long everyMs;
    private long nextMs;

    private PushStatus(PrintStream stderr, boolean terminal) {
        this.stderr = stderr;
        this.terminal = terminal;
        this.everyMs = terminal ? TERMINAL_MS : LOG_MS;
        this.nextMs = everyMs;
    }

    static PushStatus onStderr() {
        return new PushStatus(System.err, System.console() != null && System.console().isTerminal());
    }

    @Override
    public void sent(long bytes, long mediaMs) {
        if (mediaMs < nextMs) {
            return;
        }
        nextMs = mediaMs - mediaMs % everyMs + everyMs;
        Duration time = Duration.ofMillis(mediaMs);
        String line = String.format(Locale.ROOT, "pushed %d:%02d:%02d, %.1f MB", time.toHours(), time.toMinutesPart(),
                time.toSecondsPart(), bytes / 1e6);
        if (terminal) {
            stderr.print('\r' + line);
        } else {
            stderr.println(line);
        }
    }
}
