package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Size and free space of the disk that contains the data directory. Immutable.
 *
 * @param freeBytes bytes that this process can still write
 */
record DiskSpace(long totalBytes, long freeBytes) {
    /**
     * Free space that a starting broker needs. It writes the indexes of every partition, which are mapped files: a full
     * disk would make the JVM fail.
     */
    static final long START_BYTES = 64_000_000;
    /** Upper bound of {@link #fullBytes}: 5 % of a large disk is far more than a clean shutdown needs. */
    static final long FULL_BYTES_MAX = 2_000_000_000;
    /** Lower bound of {@link #fullBytes}: 5 % of a small disk is less than the broker needs to continue. */
    static final long FULL_BYTES_MIN = 128_000_000;
    private static final int FULL_PERCENT = 5;
    private static final int LOW_PERCENT = 10;

    /** How much free space there is, and its consequence. */
    enum Level {
        /** Enough free space. */
        ROOM,
        /** Little free space: a warning is logged, and the process is not ready. */
        LOW,
        /** Nearly no free space: publishers are refused and disconnected, so that the broker does not fail. */
        FULL
    }

    /**
     * Reads the free space from the operating system.
     *
     * @throws UserError if the free space cannot be determined
     */
    static DiskSpace of(Path directory) {
        try {
            FileStore store = Files.getFileStore(directory);
            return new DiskSpace(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            throw new UserError("cannot determine the free space on the disk of " + directory + ": " + e.getMessage(),
                    e);
        }
    }

    Level level() {
        if (freeBytes < fullBytes()) {
            return Level.FULL;
        }
        return freeBytes < Math.max(share(LOW_PERCENT), 2 * fullBytes()) ? Level.LOW : Level.ROOM;
    }

    /** Returns the free space below which publishers are refused. */
    long fullBytes() {
        return Math.clamp(share(FULL_PERCENT), FULL_BYTES_MIN, FULL_BYTES_MAX);
    }

    /** @throws UserError if there is less free space than a starting broker needs */
    void checkStart(Path directory) {
        fault(directory).ifPresent(full -> {
            throw new UserError(full + ", and the embedded broker needs " + megabytes(START_BYTES)
                    + " MB to start; free disk space, or choose another directory with --data-dir");
        });
    }

    /**
     * Returns a description of the problem if the disk of {@code directory} has less than {@link #START_BYTES}; empty
     * if it has more.
     */
    Optional<String> fault(Path directory) {
        return freeBytes < START_BYTES
                ? Optional.of("the disk of the data directory " + directory + " is full: " + this)
                : Optional.empty();
    }

    /** Returns the {@link #fault} of the disk at this moment; empty if the disk cannot be queried. */
    static Optional<String> exhausted(Path directory) {
        try {
            return of(directory).fault(directory);
        } catch (UserError _) {
            return Optional.empty();
        }
    }

    private long share(int percent) {
        return totalBytes / 100 * percent;
    }

    /** Returns a size in MB of 10⁶ bytes, rounded down. {@code --retention-size} has the same unit. */
    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d", bytes / 1_000_000);
    }

    @Override
    public String toString() {
        return megabytes(freeBytes) + " of " + megabytes(totalBytes) + " MB are free";
    }
}
