package io.millrace.packager;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.packager.loop.PackagerLoop;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One packager: a member of the group that shares the partitions among all packagers. Thread-safe. */
public final class PackagerService implements AutoCloseable {
    private final PackagerLoop loop;

    private PackagerService(PackagerLoop loop) {
        this.loop = loop;
    }

    /**
     * Starts it. The topics exist already.
     *
     * @param fatal told once of what ends it for good
     */
    public static PackagerService start(PackagerSettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        PackagerLoop loop = new PackagerLoop(kafka, settings, new PackagerMeters(registry), fatal);
        loop.start();
        return new PackagerService(loop);
    }

    /** Completes when the group has given partitions to it for the first time; fails if it ends before. */
    public CompletableFuture<Void> ready() {
        return loop.assigned();
    }

    /** The partitions that it packages now: none is fine where there are more packagers than partitions. */
    public Set<Integer> partitions() {
        return loop.partitions();
    }

    /** Whether its loop is at work; for the readiness check. */
    public boolean isRunning() {
        return loop.isRunning();
    }

    /** Commits its position and leaves the group. */
    @Override
    public void close() {
        loop.close();
    }
}
