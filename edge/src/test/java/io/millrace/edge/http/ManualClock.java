package io.millrace.edge.http;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** A clock that a test advances. Thread-safe. */
public final class ManualClock implements LimitClock {
    private record Alarm(long atNanos, EventExecutor loop, FutureTask<?> task) {}

    private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(Comparator.comparingLong(Alarm::atNanos));
    private long nowNanos;

    @Override
    public synchronized long nanoTime() {
        return nowNanos;
    }

    @Override
    public long nanoTime(EventExecutor loop) {
        return nanoTime();
    }

    @Override
    public synchronized Future<?> schedule(EventExecutor loop, Runnable task, long nanos) {
        var alarm = new Alarm(nowNanos + nanos, loop, new FutureTask<>(task, null));
        alarms.add(alarm);
        return alarm.task();
    }

    /** Returns when all tasks that were due have run. */
    public void pass(Duration time) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        synchronized (this) {
            nowNanos += time.toNanos();
            while (!alarms.isEmpty() && alarms.peek().atNanos() <= nowNanos) {
                Alarm due = alarms.remove();
                running.add(due.loop().submit(due.task()));
            }
        }
        for (Future<?> task : running) {
            task.get();
        }
    }

    /** Number of timers that are neither over nor cancelled. */
    public synchronized int alarms() {
        alarms.removeIf(alarm -> alarm.task().isDone());
        return alarms.size();
    }
}
