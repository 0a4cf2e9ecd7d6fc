package io.millrace.packager;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.packager.loop.PackagerLoop;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.packager.meters.PackagerMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One packager: a member of the consumer group that divides the partitions among all packagers. Thread-safe. */
public final class PackagerService implements AutoCloseable {
    private final PackagerLoop loop;

    private PackagerService(PackagerLoop loop) {
        this.loop = loop;
    }

    /**
     * Starts a packager and returns immediately; see {@link #ready}. The topics must exist.
     *
     * @param fatal called once if the packager fails permanently
     */
    public static PackagerService start(PackagerSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        PackagerLoop loop = new PackagerLoop(kafka, settings, new PackagerMeters(registry), fatal);
        loop.start();
        return new PackagerService(loop);
    }

    /**
     * Returns a future that completes at the first partition assignment, and fails if the packager ends before that.
     */
    public CompletableFuture<Void> ready() {
        return loop.assigned();
    }

    /**
     * Returns the partitions that are assigned to this packager. They may be none if there are more packagers than
     * partitions.
     */
    public Set<Integer> partitions() {
        return loop.partitions();
    }

    /** Returns whether the packager is running, for the readiness check. */
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** Commits the positions and leaves the group. Blocks for at most 20 s; further calls have no effect. */
    @Override
    public void close() {
        loop.close();
    }
}
