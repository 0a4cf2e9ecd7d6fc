package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.FlvOpening;
import io.millrace.edge.live.Pace;
import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * One stream's tags to all of its viewers: one copy of the bytes, in a ring that every event loop with viewers reads.
 *
 * <p>Confined to the packet feed's thread; viewers are called on their own loops, in the order of the log.
 */
final class FlvBroadcast {
    private final TagRing ring;
    private final TagSlabs slabs = new TagSlabs();
    private final Function<EventExecutor, Pace> paces;
    private final Ticker ticker;
    private final EdgeMeters meters;
    private final Map<EventExecutor, Counted> loops = new HashMap<>();
    /** This object and every audience: the last one lets the ring go. */
    private final AtomicInteger users = new AtomicInteger(1);
    private int newestMs;
    private boolean news;
    private boolean leads;

    /** Who watches on one loop; {@code count} belongs to the feed. */
    private static final class Counted {
        private final LoopAudience audience;
        private int count;

        private Counted(LoopAudience audience) {
            this.audience = audience;
        }
    }

    /**
     * @param startOffset from which on in {@code packets} every tag is published here
     * @param paces how often each loop writes
     */
    FlvBroadcast(long startOffset, Function<EventExecutor, Pace> paces, Ticker ticker, EdgeMeters meters) {
        ring = new TagRing(startOffset);
        this.paces = paces;
        this.ticker = ticker;
        this.meters = meters;
    }

    /** The next tag; its bytes are copied. @param headers the sequence headers in force */
    void publish(FlvEvent.Media event, long offset, long arrivalUs, List<FlvTag> headers) {
        ring.add(slabs.put(event, offset, arrivalUs, ticker.nanoTime(), headers));
        newestMs = event.tag().timestampMs();
        news = true;
        leads |= event.leads();
    }

    /** Where a viewer that joins now begins; null without anything to begin with. */
    TagRing.Entry entry(Selection selection) {
        return ring.entry(selection);
    }

    /** Tells the loops of what was published. */
    void flush() {
        if (news) {
            loops.values().forEach(loop -> loop.audience.published(leads));
            news = false;
            leads = false;
        }
    }

    /** Starts {@code sink} at {@code entry}. */
    void join(FlvSink sink, TagRing.Entry entry, byte[] opening) {
        join(sink, entry.index(), entry.headers(), opening);
    }

    /**
     * Goes on with {@code sink} at {@code offset} in {@code packets}, if the ring goes back so far.
     *
     * @param known the sequence headers that the viewer knows
     * @param inForce those that are in force
     */
    boolean joinAt(FlvSink sink, long offset, List<FlvTag> known, List<FlvTag> inForce) {
        long index = ring.indexOf(offset);
        if (index == TagRing.NONE) {
            return false;
        }
        SharedTag next = ring.at(index);
        List<FlvTag> headers = next == null ? inForce : next.headers();
        List<FlvTag> mine = sink.selection().of(headers);
        boolean same = mine.equals(sink.selection().of(known));
        int timestampMs = next == null ? newestMs : next.timestampMs();
        join(sink, index, headers, same ? new byte[0] : FlvOpening.headers(mine, timestampMs));
        return true;
    }

    private void join(FlvSink sink, long index, List<FlvTag> headers, byte[] opening) {
        Counted loop = loops.computeIfAbsent(sink.loop(), this::open);
        loop.count++;
        run(sink.loop(), () -> loop.audience.join(sink, index, headers, opening));
    }

    private Counted open(EventExecutor loop) {
        users.incrementAndGet();
        return new Counted(new LoopAudience(loop, ring, paces.apply(loop), meters));
    }

    void leave(FlvSink sink) {
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

    /** Lets all viewers go; nothing follows. */
    void end() {
        loops.forEach((loop, counted) -> close(loop, counted.audience::end));
        loops.clear();
        slabs.close();
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

    /** False if the server is closing. */
    private static boolean run(EventExecutor loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }
}
