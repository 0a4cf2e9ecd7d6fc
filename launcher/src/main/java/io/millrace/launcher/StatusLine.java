package io.millrace.launcher;

import java.io.PrintStream;
import java.util.Locale;

/**
 * How far a job is, on stderr: one line that is written over on a terminal, else a line every ten seconds. Confined to the
 * job's thread.
 */
final class StatusLine {
    private static final long TERMINAL_MS = 500;
    private static final long LOG_MS = 10_000;
    private static final String ERASE = "\u001b[K";

    private final PrintStream stderr;
    private final boolean terminal;
    private boolean open;

    private StatusLine(PrintStream stderr, boolean terminal) {
        this.stderr = stderr;
        this.terminal = terminal;
    }

    static StatusLine onStderr() {
        return new StatusLine(System.err, System.console() != null && System.console().isTerminal());
    }

    boolean isTerminal() {
        return terminal;
    }

    /** How often there should be a new one. */
    long everyMs() {
        return terminal ? TERMINAL_MS : LOG_MS;
    }

    void show(String line) {
        if (terminal) {
            stderr.print('\r' + line + ERASE);
            open = true;
        } else {
            stderr.println(line);
        }
    }

    /** Something that stays, on a line of its own. */
    void say(String line) {
        end();
        stderr.println(line);
    }

    /** What is printed next begins a new line. */
    void end() {
        if (open) {
            stderr.println();
            open = false;
        }
    }

    /** {@code 1:02:03}. */
    static String clock(long ms) {
        long seconds = ms / 1_000;
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
