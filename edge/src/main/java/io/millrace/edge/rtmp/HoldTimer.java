package io.millrace.edge.rtmp;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;

/** The timer that ends the wait of held players. An interface, so that tests control the time. Thread-safe. */
public interface HoldTimer {
    /** Runs a task on an event loop after {@code nanos}. The result cancels it. */
    Future<?> schedule(EventExecutor loop, Runnable task, long nanos);
}
