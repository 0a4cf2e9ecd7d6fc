package io.millrace.launcher.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.launcher.broker.DiskSpace.Level;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.LogSpace;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the free space on the disk of the embedded broker every second. Provides a readiness check and metrics, tells
 * ingest when to refuse and disconnect publishers ({@link #isFull}), and logs each change of the level once.
 * Thread-safe.
 */
public final class DiskWatch implements LogSpace, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final int PERIOD_MS = 1_000;

    private final Path directory;
    private final Supplier<DiskSpace> disk;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("disk-watch").daemon().factory());
    private volatile DiskSpace space;
    private volatile Level level = Level.ROOM;

    DiskWatch(Path directory, Supplier<DiskSpace> disk, MeterRegistry meters) {
        this.directory = directory;
        this.disk = disk;
        measure();
        Gauge.builder("millrace.disk.free", this, watch -> watch.space.freeBytes()).baseUnit("bytes")
                .description("Free space on the disk of the data directory").register(meters);
        Gauge.builder("millrace.disk.total", this, watch -> watch.space.totalBytes()).baseUnit("bytes")
                .description("Size of the disk of the data directory").register(meters);
    }

    /** Starts the checks: one before this method returns, and then one per second. */
    public static DiskWatch start(Path directory, MeterRegistry meters) {
        DiskWatch watch = new DiskWatch(directory, () -> DiskSpace.of(directory), meters);
        watch.timer.scheduleWithFixedDelay(watch::measure, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Checks the disk once. Runs on the timer's thread, except for the first check. */
    final void measure() {
        try {
            space = disk.get();
        } catch (UserError e) {
            LOG.debug("{}", e.getMessage());
            return;
        }
        Level now = levelAt(space);
        if (now != level) {
            log(now);
            level = now;
        }
    }

    /**
     * Returns the level, which stays at FULL until the free space is a quarter above the limit. Otherwise, each log
     * segment that the broker deletes would admit a publisher, which would fill the disk again.
     */
    private Level levelAt(DiskSpace seen) {
        boolean stillFull = level == Level.FULL && seen.freeBytes() < seen.fullBytes() / 4 * 5;
        return stillFull ? Level.FULL : seen.level();
    }

    private void log(Level now) {
        switch (now) {
            case ROOM -> LOG.info("the disk of {} has enough free space again: {}", directory, space);
            case LOW -> LOG.warn("the disk of {} fills up: {}; free disk space, or reduce --retention or"
                    + " --retention-size; below {} MB publishers are refused", directory, space,
                    DiskSpace.megabytes(space.fullBytes()));
            case FULL ->
                LOG.error("the disk of {} is nearly full: {}; publishers are disconnected and refused; free disk space,"
                        + " or reduce --retention or --retention-size", directory, space);
        }
    }

    @Override
    public boolean isFull() {
        return level == Level.FULL;
    }

    /** Returns the readiness check {@code disk}, which is up at {@link Level#ROOM}. */
    public HealthCheck check() {
        return new HealthCheck("disk", () -> level == Level.ROOM
                ? HealthCheck.Status.up(space.toString())
                : HealthCheck.Status.down(space + (isFull() ? ", publishers are refused" : "")));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
