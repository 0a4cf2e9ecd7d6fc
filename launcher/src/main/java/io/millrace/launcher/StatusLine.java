package io.millrace.launcher;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Progress of a job on stderr: on a terminal, one line that each update overwrites; otherwise, a new line for each.
 * Callers keep to the interval of {@link #everyMs}. Confined to the job's thread.
 */
final class StatusLine {
    /** Intervals of updates on a terminal and elsewhere. */
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

    /** Returns the interval at which callers should update the line, in ms. */
    long everyMs() {
        return terminal ? TERMINAL_MS : LOG_MS;
    }

    /** Prints the progress, at every call; on a terminal, replaces the line that was shown before. */
    void show(String line) {
        if (terminal) {
            stderr.print('\r' + line + ERASE);
            open = true;
        } else {
            stderr.println(line);
        }
    }

    /** Prints a message on a line of its own, which later progress does not overwrite. */
    void say(String line) {
        end();
        stderr.println(line);
    }

    /** Ends the progress line, so that the next output begins a new line. */
    void end() {
        if (open) {
            stderr.println();
            open = false;
        }
    }

    /** Formats a duration as {@code 1:02:03}. */
    static String clock(long ms) {
        long seconds = ms / 1_000;
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** Formats a size as {@code 12.3 MB}; a megabyte is 1,000,000 bytes. */
    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
