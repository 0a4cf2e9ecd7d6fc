package io.millrace.edge.http;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The clock that limits of time are measured by: an argument, so that a test says when time passes. Thread-safe. */
public interface LimitClock {
    /** The machine's, as the event loops see it. */
    LimitClock SYSTEM = new LimitClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long nanoTime(EventExecutor loop) {
            return loop.ticker().nanoTime();
        }

        @Override
        public Future<?> schedule(EventExecutor loop, Runnable task, long nanos) {
            return loop.schedule(task, nanos, TimeUnit.NANOSECONDS);
        }
    };

    /** Outside of any event loop. */
    long nanoTime();

    /** On an event loop. */
    long nanoTime(EventExecutor loop);

    /** Runs a task on an event loop after a time. */
    Future<?> schedule(EventExecutor loop, Runnable task, long nanos);
}
