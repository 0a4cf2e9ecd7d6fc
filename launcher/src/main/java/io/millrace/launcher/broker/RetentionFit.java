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
 * Whether what {@code --retention-size} lets the embedded broker keep fits on its disk. Immutable.
 *
 * @param topicBytes kept of each media topic; negative for no limit
 * @param logBytes that the data directory holds already
 */
public record RetentionFit(long topicBytes, DiskSpace disk, long logBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionFit.class);
    /** Packets and parts carry the media; segments and index are small beside them. */
    private static final int MEDIA_TOPICS = 2;
    private static final long STEP_BYTES = 100_000_000;
    private static final double GB = 1e9;

    /** Logs one warning if the retention does not fit, at the start of a broker. */
    public static void check(Path directory, long topicBytes) {
        try {
            new RetentionFit(topicBytes, DiskSpace.of(directory), logBytes(directory)).warning(directory)
                    .ifPresent(LOG::warn);
        } catch (UserError | IOException e) {
            LOG.debug("cannot compare the retention with the disk", e);
        }
    }

    /** What is wrong, and what to set; empty if it fits, or if nobody set a limit. */
    Optional<String> warning(Path directory) {
        // Publishers are refused before the disk is full.
        long roomBytes = Math.max(0, disk.freeBytes() + logBytes - disk.fullBytes());
        if (topicBytes < 0 || topicBytes <= roomBytes / MEDIA_TOPICS) {
            return Optional.empty();
        }
        long fittingBytes = roomBytes / MEDIA_TOPICS / STEP_BYTES * STEP_BYTES;
        String help = fittingBytes == 0
                ? "choose a larger disk with --data-dir"
                : "set --retention-size to %dMB or less, or choose a larger disk with --data-dir"
                        .formatted(fittingBytes / 1_000_000);
        return Optional.of(String.format(Locale.ROOT,
                "The retention is larger than the disk: packets and parts may take %.1f GB each, and the disk of %s has"
                        + " room for %.1f GB of both; %s. Nobody may publish once the disk is nearly full",
                topicBytes / GB, directory, roomBytes / GB, help));
    }

    /** Indexes are left out: they take less than their files' sizes say. */
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
                // The broker deleted it meanwhile.
                return FileVisitResult.CONTINUE;
            }
        });
        return sum.get();
    }
}
