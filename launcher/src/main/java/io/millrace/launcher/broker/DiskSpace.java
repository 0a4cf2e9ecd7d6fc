package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What is free on the disk of the data directory, and how serious that is. Immutable.
 *
 * @param freeBytes that this process may write
 */
record DiskSpace(long totalBytes, long freeBytes) {
    /** A broker that starts writes indexes of every partition; in a file that it maps, a full disk is a fault of the JVM. */
    static final long START_BYTES = 64L << 20;
    /** Of a large disk 5 % would be far more than is needed to end in order. */
    static final long FULL_BYTES_MAX = 2L << 30;
    /** Of a small one they would be less than the broker needs to go on. */
    static final long FULL_BYTES_MIN = 128L << 20;
    private static final int FULL_PERCENT = 5;
    private static final int LOW_PERCENT = 10;

    /** What follows from it. */
    enum Level {
        /** Nothing. */
        ROOM,
        /** A warning, and not ready. */
        LOW,
        /** Nobody may publish, so that the broker never fails. */
        FULL
    }

    /** @throws UserError if the system does not say it */
    static DiskSpace of(Path directory) {
        try {
            FileStore store = Files.getFileStore(directory);
            return new DiskSpace(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            throw new UserError("cannot see how much room the disk of " + directory + " has: " + e.getMessage(), e);
        }
    }

    Level level() {
        if (freeBytes < fullBytes()) {
            return Level.FULL;
        }
        return freeBytes < Math.max(share(LOW_PERCENT), 2 * fullBytes()) ? Level.LOW : Level.ROOM;
    }

    /** Publishers are refused below it. */
    long fullBytes() {
        return Math.clamp(share(FULL_PERCENT), FULL_BYTES_MIN, FULL_BYTES_MAX);
    }

    /** @throws UserError if a broker would fail at its start */
    void checkStart(Path directory) {
        if (freeBytes < START_BYTES) {
            throw new UserError("the disk of the data directory " + directory + " is full: " + this
                    + ", and the embedded broker needs " + megabytes(START_BYTES)
                    + " MB to start; make room there, or choose another with --data-dir");
        }
    }

    private long share(int percent) {
        return totalBytes / 100 * percent;
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d", bytes >> 20);
    }

    @Override
    public String toString() {
        return megabytes(freeBytes) + " of " + megabytes(totalBytes) + " MB are free";
    }
}
