package io.millrace.edge.feed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * For whom the log is read: readers take turns by address, and what nobody waits for any more is not read. Immutable.
 *
 * @param address of the client; those of one address share one turn
 * @param gone whether the client has left; asked on any thread
 */
public record Asker(String address, BooleanSupplier gone) {
    /** The edge itself. */
    static final Asker EDGE = new Asker("", () -> false);

    boolean isGone() {
        return gone.getAsBoolean();
    }

    /** What others may have asked for already: if they have left before it was read, it is read for this one. */
    <T> CompletableFuture<T> shares(Supplier<CompletableFuture<T>> read) {
        return read.get().exceptionallyComposeAsync(failure -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                    ? failure.getCause()
                    : failure;
            return cause instanceof AskerGoneException && !isGone()
                    ? shares(read)
                    : CompletableFuture.failedFuture(cause);
        });
    }

    /** The same with the failure itself, as caches want it that do not log what was cancelled. */
    static <T> CompletableFuture<T> bare(CompletableFuture<T> read) {
        var result = new CompletableFuture<T>();
        read.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure);
            }
        });
        return result;
    }
}
