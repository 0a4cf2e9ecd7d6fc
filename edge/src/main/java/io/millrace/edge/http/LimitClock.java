package io.millrace.edge.http;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The clock for time limits, passed as an argument so that tests control it. Thread-safe. */
public interface LimitClock {
    /** The system clock, as seen by the event loops. */
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

    /** Returns the time in ns, as {@link System#nanoTime} does. For callers outside of event loops. */
    long nanoTime();

    /** Returns the time in ns by the ticker of {@code loop}. For callers on that event loop. */
    long nanoTime(EventExecutor loop);

    /** Runs a task on {@code loop} after {@code nanos}. The result cancels it. */
    Future<?> schedule(EventExecutor loop, Runnable task, long nanos);
}
