package io.millrace.launcher;

import io.millrace.platform.Drainable;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running stages of one process. The stages start concurrently, because each of them waits for Kafka and none waits
 * for another stage. They are drained concurrently, and closed one after the other, ingest first. Thread-safe.
 */
final class RunningStages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningStages.class);

    private final Map<Stage, AutoCloseable> running = new EnumMap<>(Stage.class);

    /** Starts one stage. */
    @FunctionalInterface
    interface Start {
        void run(Stage stage) throws InterruptedException;
    }

    /** Registers the service of {@code stage}, which {@link #close} will close. Returns {@code service}. */
    synchronized <T extends AutoCloseable> T opened(Stage stage, T service) {
        running.put(stage, service);
        return service;
    }

    /**
     * Starts all stages. Blocks until all of them serve. If a stage fails, interrupts the others, waits for their ends,
     * and throws the exception of the failed stage.
     */
    void start(Collection<Stage> stages, Start start) throws InterruptedException {
        Set<Stage> left = ConcurrentHashMap.newKeySet();
        left.addAll(stages);
        try (Waiting _ = Waiting
                .begin(() -> "Kafka: " + left.stream().sorted().map(Stage::start).collect(Collectors.joining(", ")));
                ExecutorService threads = Executors
                        .newThreadPerTaskExecutor(Thread.ofVirtual().name("start-", 0).factory())) {
            var results = new ExecutorCompletionService<Void>(threads);
            stages.forEach(stage -> results.submit(() -> {
                start.run(stage);
                left.remove(stage);
                return null;
            }));
            try {
                for (int waited = 0; waited < stages.size(); waited++) {
                    results.take().get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw unwrapped(e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
    }

    /** Asks all stages to hand over their work, and blocks until they have done so, for at most {@code limit}. */
    void drain(Duration limit) throws InterruptedException {
        CompletableFuture<?>[] drained = services().stream().map(service -> switch (service) {
            case Drainable stage -> stage.drain(limit);
            // The segmenter and the packager have no clients: other nodes take over their partitions once they leave.
            default -> CompletableFuture.runAsync(() -> close(service), task -> Thread.ofVirtual().start(task));
        }).toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(drained).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.info("draining did not finish within {} s; the remaining clients are disconnected", limit.toSeconds());
        } catch (ExecutionException e) {
            LOG.warn("draining failed", e.getCause());
        }
    }

    @Override
    public void close() {
        services().reversed().forEach(RunningStages::close);
    }

    private synchronized List<AutoCloseable> services() {
        return List.copyOf(running.values());
    }

    /** Closes a service. A drained service is closed twice; {@code close} is idempotent in all services. */
    private static void close(AutoCloseable service) {
        try {
            service.close();
        } catch (Exception e) {
            LOG.warn("closing {} failed", service.getClass().getSimpleName(), e);
        }
    }

    private static RuntimeException unwrapped(ExecutionException e) throws InterruptedException {
        switch (e.getCause()) {
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            case InterruptedException cause -> throw cause;
            default -> throw new IllegalStateException(e.getCause());
        }
    }
}
