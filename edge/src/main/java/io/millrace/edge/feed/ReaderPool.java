package io.millrace.edge.feed;

import io.millrace.platform.past.RangeReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads, each with a reader of its own, and a bounded queue of reads for them, in turns by address. Thread-safe.
 */
final class ReaderPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    /** More reads than this wait in no queue: the viewer is told to come again. */
    static final int WAITING_LIMIT = 1024;

    /** Nor more than this of one address. */
    private static final int WAITING_OF_ADDRESS_LIMIT = WAITING_LIMIT / 4;

    private record Job<T>(Asker asker, Function<RangeReader, T> read,
            CompletableFuture<T> result) implements FairQueue.Item {
        @Override
        public void drop() {
            result.completeExceptionally(new AskerGoneException());
        }

        void run(RangeReader reader) {
            try {
                result.complete(read.apply(reader));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }
    }

    private final FairQueue<Job<?>> waiting = new FairQueue<>(WAITING_LIMIT, WAITING_OF_ADDRESS_LIMIT);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /** @param readers makes the reader of a thread, given its number: Kafka's clients of one process have different ids */
    ReaderPool(String name, int size, IntFunction<RangeReader> readers) {
        for (int i = 0; i < size; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> run(number, readers)));
        }
    }

    /** A read of the edge's own. */
    <T> CompletionStage<T> submit(Function<RangeReader, T> read) {
        return submit(Asker.EDGE, read);
    }

    /**
     * Reads on a thread of the pool; the result is completed there. Fails with {@link BusyException} if it is full, or if
     * the asker leaves before its turn.
     */
    <T> CompletableFuture<T> submit(Asker asker, Function<RangeReader, T> read) {
        var result = new CompletableFuture<T>();
        if (closed || !waiting.offer(new Job<>(asker, read, result))) {
            result.completeExceptionally(new BusyException("too many reads of the log wait already"));
        }
        return result;
    }

    private void run(int number, IntFunction<RangeReader> readers) {
        try (RangeReader reader = readers.apply(number)) {
            while (!closed) {
                Job<?> job = waiting.poll(1, TimeUnit.SECONDS);
                if (job != null) {
                    job.run(reader);
                }
            }
        } catch (InterruptedException | InterruptException _) {
            // Closed.
        } catch (RuntimeException e) {
            LOG.error("a reader of the log could not be made or closed", e);
        }
    }

    boolean isAlive() {
        return threads.stream().allMatch(Thread::isAlive);
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        waiting.drain().forEach(job -> job.result().completeExceptionally(new BusyException("the edge is closing")));
    }
}
