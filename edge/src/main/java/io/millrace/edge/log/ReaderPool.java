package io.millrace.edge.log;

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
 * A few threads, each with its own reader, and a bounded queue of reads in which addresses take turns
 * ({@link FairQueue}). Thread-safe.
 */
public final class ReaderPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);
    /** Maximum number of waiting reads; further reads are rejected, and their clients are told to try again. */
    public static final int WAITING_LIMIT = 1024;

    /** Maximum number of waiting reads per address. */
    public static final int WAITING_OF_ADDRESS_LIMIT = WAITING_LIMIT / 4;

    private record Job<T>(Requester requester, Function<RangeReader, T> read,
            CompletableFuture<T> result) implements FairQueue.Item {
        @Override
        public void drop() {
            result.completeExceptionally(new AbandonedReadException());
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

    /**
     * Creates the pool and starts its threads.
     *
     * @param name prefix of the threads' names
     * @param size number of threads
     * @param readers creates the reader of a thread, on that thread; the number, from 0, makes Kafka client ids differ
     */
    public ReaderPool(String name, int size, IntFunction<RangeReader> readers) {
        for (int i = 0; i < size; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> run(number, readers)));
        }
    }

    /** Submits a read on behalf of the edge itself; see the other method. */
    public <T> CompletionStage<T> submit(Function<RangeReader, T> read) {
        return submit(Requester.EDGE, read);
    }

    /**
     * Queues a read for a thread of the pool, which also completes the result: dependent stages must not block it. The
     * result fails with {@link BusyException} if the queue is full, if all requesters leave before the read has its
     * turn, or if the pool is closed.
     */
    public <T> CompletableFuture<T> submit(Requester requester, Function<RangeReader, T> read) {
        var result = new CompletableFuture<T>();
        if (closed || !waiting.offer(new Job<>(requester, read, result))) {
            result.completeExceptionally(new BusyException("too many reads of the log are waiting"));
        }
        return result;
    }

    private void run(int number, IntFunction<RangeReader> readers) {
        try (RangeReader reader = readers.apply(number)) {
            try {
                while (!closed) {
                    Job<?> job = waiting.poll(1, TimeUnit.SECONDS);
                    if (job != null) {
                        job.run(reader);
                    }
                }
            } finally {
                // A consumer whose thread is interrupted logs an error when it closes.
                Thread.interrupted();
            }
        } catch (InterruptedException | InterruptException _) {
            // The pool was closed.
        } catch (RuntimeException e) {
            LOG.error("a log reader could not be created or closed", e);
        }
    }

    /** Returns whether all threads are running. */
    public boolean isAlive() {
        return threads.stream().allMatch(Thread::isAlive);
    }

    /** Interrupts the running reads, waits up to 5 s for each thread, and fails the waiting reads. */
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
