package io.millrace.edge.http;

import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.Waiters;
import io.millrace.platform.log.StreamEntry;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Waits for reads of the log on behalf of the admin port, whose requests run on virtual threads of their own.
 * Thread-safe; blocks for up to {@link #WAIT_MS}.
 */
final class LiveViews {
    /** Shorter than the console's own time limit. */
    private static final long WAIT_MS = 4_000;

    private final EpochSource epochs;

    LiveViews(EpochSource epochs) {
        this.epochs = epochs;
    }

    /** Returns the first view of an epoch that satisfies {@code wanted}; empty if there is none in time. */
    Optional<EpochView> await(StreamEntry entry, Predicate<EpochView> wanted) {
        var found = new CompletableFuture<EpochView>();
        Waiters.Waiting waiting = epochs.watch(entry).await(wanted, found::complete);
        try {
            return get(found);
        } finally {
            waiting.cancel();
        }
    }

    /** Returns the result of a read; empty if it fails or is late, which the reader has logged if it is a fault. */
    static <T> Optional<T> get(CompletionStage<T> read) {
        try {
            return Optional.of(read.toCompletableFuture().get(WAIT_MS, TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
