package io.millrace.edge.http;

import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.Waiters;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.past.ReadLimitException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.common.KafkaException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Waits for reads of the log on behalf of the admin port, whose requests run on virtual threads of their own.
 * Thread-safe; blocks for up to {@link #WAIT_MS}.
 */
final class LiveViews {
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(LiveViews.class));
    /** The key by which log lines are rate-limited. */
    private static final String PEER = "admin";
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

    /** Returns the result of a read; empty if it is late, or if it fails, which is logged unless the edge is just busy. */
    static <T> Optional<T> get(CompletionStage<T> read) {
        try {
            return Optional.of(read.toCompletableFuture().get(WAIT_MS, TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            logFailure(e.getCause());
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static void logFailure(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof BusyException || cause instanceof ReadLimitException) {
            return;
        }
        if (cause instanceof TimeoutException || cause instanceof KafkaException) {
            LOG.log(Level.WARN, PEER, "a read for the admin port failed: {}", cause.toString());
        } else {
            LOG.log(Level.ERROR, PEER, "a read for the admin port failed because of a bug, please report it", cause);
        }
    }
}
