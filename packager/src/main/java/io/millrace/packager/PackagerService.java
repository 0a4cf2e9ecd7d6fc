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
     * Starts a packager. The topics must exist.
     *
     * @param fatal called once if the packager fails permanently
     */
    public static PackagerService start(PackagerSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        PackagerLoop loop = new PackagerLoop(kafka, settings, new PackagerMeters(registry), fatal);
        loop.start();
        return new PackagerService(loop);
    }

    /** Completes at the first partition assignment; fails if the packager ends before that. */
    public CompletableFuture<Void> ready() {
        return loop.assigned();
    }

    /** The partitions assigned to this packager. Empty if there are more packagers than partitions. */
    public Set<Integer> partitions() {
        return loop.partitions();
    }

    /** Whether the loop is running, for the readiness check. */
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** Commits the positions and leaves the group. */
    @Override
    public void close() {
        loop.close();
    }
}
