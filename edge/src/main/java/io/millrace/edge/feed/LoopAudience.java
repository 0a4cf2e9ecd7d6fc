package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.live.Pace;
import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Who watches one stream on one event loop: one task a tick for all of them, which gives each the same pieces of memory in
 * one write. Confined to the loop, but for {@link #published}.
 */
final class LoopAudience {
    private static final Protocol[] PROTOCOLS = Protocol.values();
    private static final int SELECTIONS = Selection.values().length;
    private static final int FORMS = Framing.values().length * SELECTIONS;

    private final EventExecutor loop;
    private final TagRing ring;
    private final Pace pace;
    private final EdgeMeters meters;
    private final List<TagCursor> cursors = new ArrayList<>();
    private final Map<FlvSink, TagCursor> bySink = new IdentityHashMap<>();
    /** What viewers get who take the same in the same way. */
    private final Stretch[] shared = new Stretch[FORMS];
    private final long[] sentBytes = new long[PROTOCOLS.length];
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final AtomicBoolean timing = new AtomicBoolean();
    private long writtenNanos;
    private volatile long ledNanos;
    private long at;

    LoopAudience(EventExecutor loop, TagRing ring, Pace pace, EdgeMeters meters) {
        this.loop = loop;
        this.ring = ring;
        this.pace = pace;
        this.meters = meters;
        at = ring.head();
        writtenNanos = loop.ticker().nanoTime();
        ledNanos = writtenNanos - TimeUnit.SECONDS.toNanos(1);
    }

    /** The ring has more; called by the feed. @param leads whether there is something that viewers wait for */
    void published(boolean leads) {
        long tickNanos = pace.tickNanos();
        if (tickNanos == 0 || leads && Pace.isDue(tickNanos, ledNanos, loop.ticker().nanoTime())) {
            if (ticking.compareAndSet(false, true)) {
                loop.execute(this::tick);
            }
        } else if (timing.compareAndSet(false, true)) {
            loop.execute(this::time);
        }
    }

    private void tick() {
        // First of all: what comes from here on asks for a tick of its own.
        ticking.set(false);
        ledNanos = loop.ticker().nanoTime();
        write();
    }

    /** For tags that no picture takes along. */
    private void time() {
        timing.set(false);
        if (ring.head() == at) {
            return;
        }
        long dueInNanos = writtenNanos + Pace.patienceNanos(pace.tickNanos()) - loop.ticker().nanoTime();
        if (dueInNanos <= 0) {
            write();
        } else if (timing.compareAndSet(false, true)) {
            loop.schedule(this::time, dueInNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Gives everybody what came since the last time. */
    private void write() {
        long from = at;
        long startNanos = loop.ticker().nanoTime();
        at = ring.head();
        if (at > from && !cursors.isEmpty()) {
            measure(from);
            for (int i = 0; i < cursors.size(); i++) {
                TagCursor cursor = cursors.get(i);
                Stretch stretch = cursor.isReadyAt(from) ? shared(cursor, from) : null;
                if (stretch == null) {
                    cursor.catchUp(at, startNanos);
                } else {
                    cursor.write(stretch);
                    sentBytes[cursor.protocol().ordinal()] += stretch.mediaBytes();
                }
            }
            release();
            countSent();
        }
        writtenNanos = loop.ticker().nanoTime();
        pace.wrote(startNanos, writtenNanos);
    }

    /** One count a protocol and not one a viewer. */
    private void countSent() {
        for (Protocol protocol : PROTOCOLS) {
            if (sentBytes[protocol.ordinal()] > 0) {
                meters.sent(protocol, sentBytes[protocol.ordinal()]);
                sentBytes[protocol.ordinal()] = 0;
            }
        }
    }

    /** How long the first of the tags was on its way. */
    private void measure(long from) {
        SharedTag first = ring.at(from);
        if (first != null && first.arrivalUs() > 0) {
            meters.tagLatency(System.currentTimeMillis() * 1000 - first.arrivalUs());
        }
    }

    private Stretch shared(TagCursor cursor, long from) {
        int form = cursor.framing().ordinal() * SELECTIONS + cursor.selection().ordinal();
        if (shared[form] == null) {
            Stretch taken = ring.take(from, at, Integer.MAX_VALUE, cursor.framing(), cursor.selection());
            shared[form] = taken == null ? null : taken.joined();
        }
        return shared[form];
    }

    private void release() {
        for (int i = 0; i < shared.length; i++) {
            if (shared[i] != null) {
                shared[i].close();
                shared[i] = null;
            }
        }
    }

    /**
     * Begins at {@code from}, or at a later keyframe if that is gone.
     *
     * @param headers the sequence headers that the viewer has been told
     * @param opening what stands before the first tag; empty for a viewer that has had it
     */
    void join(FlvSink sink, long from, List<FlvTag> headers, byte[] opening) {
        var cursor = new TagCursor(sink, ring, meters, from, headers);
        cursor.slot = cursors.size();
        cursors.add(cursor);
        bySink.put(sink, cursor);
        pace.joined();
        sink.start(() -> cursor.catchUp(at, loop.ticker().nanoTime()));
        if (opening.length > 0) {
            sink.send(opening);
            meters.sent(sink.protocol(), opening.length);
        }
        cursor.catchUp(ring.head(), loop.ticker().nanoTime());
    }

    void leave(FlvSink sink) {
        TagCursor cursor = bySink.remove(sink);
        if (cursor != null) {
            TagCursor last = cursors.removeLast();
            if (last != cursor) {
                last.slot = cursor.slot;
                cursors.set(cursor.slot, last);
            }
            pace.left();
        }
    }

    /** Gives everybody what is left, and the end. */
    void end() {
        at = ring.head();
        cursors.forEach(cursor -> {
            cursor.end(at);
            pace.left();
        });
        cursors.clear();
        bySink.clear();
    }
}
