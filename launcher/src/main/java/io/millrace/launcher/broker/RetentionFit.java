package io.millrace.launcher.broker;

import io.millrace.platform.UserError;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares {@code --retention-size} with the embedded broker's disk. Immutable.
 *
 * @param topicBytes maximum size of each media topic; negative for no limit
 * @param logBytes size of the logs that are already in the data directory
 */
public record RetentionFit(long topicBytes, DiskSpace disk, long logBytes) {
    /** Smallest {@code --retention-size}: below it, not even one GOP per partition would be retained. */
    public static final long SMALLEST_BYTES = 100_000_000;

    /** Greatest size that {@code auto} selects, because it must not fill a laptop's disk. */
    static final long AUTO_MAX_BYTES = 10_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(RetentionFit.class);
    /** Number of topics that contain media: packets and parts. Segments and index are small in comparison. */
    private static final int MEDIA_TOPICS = 2;
    /** {@code auto} selects a multiple of this. */
    private static final long STEP_BYTES = 100_000_000;
    private static final double GB = 1e9;

    /** Logs a warning if the retention does not fit on the disk. To be called when the broker has started. */
    public static void check(Path directory, long topicBytes) {
        try {
            new RetentionFit(topicBytes, DiskSpace.of(directory), logBytes(directory)).warning(directory)
                    .ifPresent(LOG::warn);
        } catch (UserError | IOException e) {
            LOG.debug("cannot compare the retention with the disk", e);
        }
    }

    /**
     * Returns the retention size that {@code auto} selects for each media topic: {@link #AUTO_MAX_BYTES}, or less if
     * the disk is smaller.
     */
    public static long auto(Path directory) {
        try {
            long fitting = new RetentionFit(AUTO_MAX_BYTES, DiskSpace.of(directory), logBytes(directory))
                    .autoBytes();
            if (fitting < AUTO_MAX_BYTES) {
                LOG.info(String.format(Locale.ROOT,
                        "--retention-size auto is %.1f GB: as much as fits on the disk of %s",
                        fitting / GB, directory));
            }
            return fitting;
        } catch (UserError | IOException e) {
            LOG.debug("cannot see what fits on the disk", e);
            return AUTO_MAX_BYTES;
        }
    }

    /**
     * Returns the size that {@code auto} selects. If not even {@link #SMALLEST_BYTES} fits, returns that size, and
     * {@link #warning} returns a warning.
     */
    long autoBytes() {
        return Math.max(SMALLEST_BYTES, Math.min(AUTO_MAX_BYTES, fittingBytes()));
    }

    private long roomBytes() {
        // Publishers are refused before the disk is full, so the last part of the disk is never used.
        return Math.max(0, disk.freeBytes() + logBytes - disk.fullBytes());
    }

    /**
     * Returns the largest size per topic that fits, rounded down to whole steps, so that a restart changes nothing if
     * the disk is about as full as before.
     */
    private long fittingBytes() {
        return roomBytes() / MEDIA_TOPICS / STEP_BYTES * STEP_BYTES;
    }

    /** Returns a warning that says which size to set instead; empty if the size fits, or if it is unlimited. */
    Optional<String> warning(Path directory) {
        if (topicBytes < 0 || topicBytes <= roomBytes() / MEDIA_TOPICS) {
            return Optional.empty();
        }
        String help = fittingBytes() == 0
                ? "choose a larger disk with --data-dir"
                : "set --retention-size to %dMB or less, or choose a larger disk with --data-dir"
                        .formatted(fittingBytes() / 1_000_000);
        return Optional.of(String.format(Locale.ROOT,
                "the retention is larger than the disk: packets and parts may take %.1f GB each, and the disk of %s has"
                        + " room for %.1f GB of both; %s. Publishers are refused once the disk is nearly full",
                topicBytes / GB, directory, roomBytes() / GB, help));
    }

    /**
     * Sums the sizes of the log files. Index files are omitted, because they are preallocated and take less than their
     * size.
     */
    private static long logBytes(Path directory) throws IOException {
        AtomicLong sum = new AtomicLong();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".log")) {
                    sum.addAndGet(attributes.size());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // The broker has deleted the file in the meantime.
                return FileVisitResult.CONTINUE;
            }
        });
        return sum.get();
    }
}
