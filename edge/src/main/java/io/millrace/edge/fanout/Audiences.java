package io.millrace.edge.fanout;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.Pace;
import io.millrace.media.flv.FlvTag;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The viewers of one ring, by event loop. Confined to the packet feed's thread, except that the last user of the ring
 * closes it, which may be an event loop. Viewers are called on their own event loops, in the order of the calls here.
 */
final class Audiences {
    private final OwnerThread owner = new OwnerThread();
    private final TagRing ring;
    private final Function<EventExecutor, Pace> paces;
    private final EdgeMeters meters;
    private final Map<EventExecutor, Counted> loops = new HashMap<>();
    /** Number of viewers by layout; without an entry for a layout that nobody uses. */
    private final Map<Layout, Integer> viewers = new HashMap<>();
    /** Number of users of the ring: this object and every audience. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** The viewers on one event loop, with their number as the feed's thread sees it. */
    private static final class Counted {
        private final LoopAudience audience;
        private int count;

        private Counted(LoopAudience audience) {
            this.audience = audience;
        }
    }

    /** @param paces returns the write rate of an event loop */
    Audiences(TagRing ring, Function<EventExecutor, Pace> paces, EdgeMeters meters) {
        this.ring = ring;
        this.paces = paces;
        this.meters = meters;
    }

    /** Returns whether a viewer that has joined uses {@code layout}. */
    boolean isWatched(Layout layout) {
        return viewers.containsKey(layout);
    }

    /** Notifies the event loops of new tags; see {@link LoopAudience#published}. */
    void published(boolean leads) {
        owner.check();
        loops.values().forEach(loop -> loop.audience.published(leads));
    }

    /** See {@link LoopAudience#join}. */
    void join(FlvSink sink, long index, List<FlvTag> headers, byte[] opening) {
        owner.check();
        viewers.merge(sink.framing().layout(), 1, Integer::sum);
        Counted loop = loops.computeIfAbsent(sink.loop(), this::open);
        loop.count++;
        run(sink.loop(), () -> loop.audience.join(sink, index, headers, opening));
    }

    private Counted open(EventExecutor loop) {
        users.incrementAndGet();
        return new Counted(new LoopAudience(loop, ring, paces.apply(loop), meters));
    }

    /** Removes a viewer that has joined; the last one of an event loop closes its audience. Not called after end(). */
    void leave(FlvSink sink) {
        owner.check();
        viewers.computeIfPresent(sink.framing().layout(), (_, count) -> count == 1 ? null : count - 1);
        Counted loop = loops.get(sink.loop());
        loop.count--;
        boolean last = loop.count == 0;
        if (last) {
            loops.remove(sink.loop());
        }
        run(sink.loop(), () -> loop.audience.leave(sink));
        if (last) {
            close(sink.loop(), () -> {});
        }
    }

    /** Ends the stream for all viewers. Called once. */
    void end() {
        owner.check();
        loops.forEach((loop, counted) -> close(loop, counted.audience::end));
        loops.clear();
        viewers.clear();
        release();
    }

    private void close(EventExecutor loop, Runnable last) {
        boolean runs = run(loop, () -> {
            last.run();
            release();
        });
        if (!runs) {
            release();
        }
    }

    private void release() {
        if (users.decrementAndGet() == 0) {
            ring.close();
        }
    }

    /** Runs a task on {@code loop}. Returns false if the server is closing, and the task will not run. */
    private static boolean run(EventExecutor loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }
}
