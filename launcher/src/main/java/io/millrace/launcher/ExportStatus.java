package io.millrace.launcher;

import io.millrace.tools.export.ExportProgress;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Progress of an export: a bar on a terminal, otherwise one line every ten seconds. Confined to the job's thread. */
final class ExportStatus implements ExportProgress {
    private static final int BAR_CELLS = 30;

    private final StatusLine line = StatusLine.onStderr();
    private final long startNanos = System.nanoTime();
    /** When to update the output next, {@link System#nanoTime}. */
    private long nextNanos = startNanos + TimeUnit.MILLISECONDS.toNanos(line.everyMs());

    @Override
    public void restarted(String part) {
        line.say("found " + part + ", left by an unfinished export; it is deleted and the export starts over");
    }

    @Override
    public void wrote(long mediaMs, long bytes, double fraction) {
        long now = System.nanoTime();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + TimeUnit.MILLISECONDS.toNanos(line.everyMs());
        double seconds = (now - startNanos) / 1e9;
        line.show(String.format(Locale.ROOT, "%s%3.0f %%, %s, %s, %.0f MB/s",
                line.isTerminal() ? bar(fraction) : "exported ", fraction * 100, StatusLine.clock(mediaMs),
                StatusLine.megabytes(bytes), bytes / 1e6 / seconds));
    }

    private static String bar(double fraction) {
        int full = (int) Math.round(Math.clamp(fraction, 0, 1) * BAR_CELLS);
        return "[" + "#".repeat(full) + ".".repeat(BAR_CELLS - full) + "] ";
    }

    @Override
    public void completing(long bytes) {
        line.end();
    }
}
