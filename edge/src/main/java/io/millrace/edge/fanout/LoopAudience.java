package io.millrace.edge.fanout;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Pace;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The viewers of one stream on one event loop. One task per tick (see {@link Pace}) serves all of them, and writes the
 * same pieces of memory to each. Confined to the event loop, except for {@link #published}.
 */
final class LoopAudience {
    private static final Protocol[] PROTOCOLS = Protocol.values();

    /** The framing and selection of viewers that share a write. */
    private record Form(Framing framing, Selection selection) {}

    private final EventExecutor loop;
    private final TagRing ring;
    private final Pace pace;
    private final EdgeMeters meters;
    private final List<TagCursor> cursors = new ArrayList<>();
    private final Map<FlvSink, TagCursor> bySink = new IdentityHashMap<>();
    /** The forms that viewers of this loop have used. */
    private final List<Form> forms = new ArrayList<>();
    /** For each form, the run of tags that its viewers share in the current write; null between writes. */
    private final List<TagRun> shared = new ArrayList<>();
    /** Sent in the current write, by protocol. */
    private final long[] sentBytes = new long[PROTOCOLS.length];
    /** Whether a run of {@link #tick} is queued. */
    private final AtomicBoolean tickQueued = new AtomicBoolean();
    /** Whether a run of {@link #writeOverdue} is queued or scheduled. */
    private final AtomicBoolean overdueQueued = new AtomicBoolean();
    /** When the last write ended, by the ticker of the loop. */
    private long writtenNanos;
    /** When the last tick began, by the ticker of the loop. Read by the feed's thread. */
    private volatile long tickedNanos;
    /** Index of the first tag that has not been written to the viewers that keep up. */
    private long writtenTo;

    LoopAudience(EventExecutor loop, TagRing ring, Pace pace, EdgeMeters meters) {
        this.loop = loop;
        this.ring = ring;
        this.pace = pace;
        this.meters = meters;
        writtenTo = ring.head();
        writtenNanos = loop.ticker().nanoTime();
        tickedNanos = writtenNanos - TimeUnit.SECONDS.toNanos(1);
    }

    private void check() {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("called by " + Thread.currentThread().getName());
        }
    }

    /**
     * Schedules a write of the ring's new tags. Called on the thread of the packet feed.
     *
     * @param leads whether the new tags include one that viewers wait for, such as a video frame
     */
    void published(boolean leads) {
        long tickNanos = pace.tickNanos();
        if (tickNanos == 0 || leads && Pace.isDue(tickNanos, tickedNanos, loop.ticker().nanoTime())) {
            if (tickQueued.compareAndSet(false, true)) {
                loop.execute(this::tick);
            }
        } else if (overdueQueued.compareAndSet(false, true)) {
            loop.execute(this::writeOverdue);
        }
    }

    private void tick() {
        // First, so that tags published from here on schedule another tick.
        tickQueued.set(false);
        tickedNanos = loop.ticker().nanoTime();
        write();
    }

    /** Writes tags, such as audio, that no video frame has followed in time, or schedules this for later. */
    private void writeOverdue() {
        overdueQueued.set(false);
        if (ring.head() == writtenTo) {
            return;
        }
        long dueInNanos = writtenNanos + Pace.patienceNanos(pace.tickNanos()) - loop.ticker().nanoTime();
        if (dueInNanos <= 0) {
            write();
        } else if (overdueQueued.compareAndSet(false, true)) {
            loop.schedule(this::writeOverdue, dueInNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Writes the new tags to every viewer whose socket accepts them, and lets viewers that are behind catch up. */
    private void write() {
        check();
        long from = writtenTo;
        long startNanos = loop.ticker().nanoTime();
        writtenTo = ring.head();
        if (writtenTo > from && !cursors.isEmpty()) {
            measure(from);
            for (int i = 0; i < cursors.size(); i++) {
                TagCursor cursor = cursors.get(i);
                TagRun run = cursor.isReadyAt(from) ? shared(cursor, from) : null;
                if (run == null) {
                    cursor.catchUp(writtenTo, startNanos);
                } else {
                    cursor.write(run);
                    sentBytes[cursor.protocol().ordinal()] += run.mediaBytes();
                }
            }
            release();
            countSent();
        }
        writtenNanos = loop.ticker().nanoTime();
        pace.wrote(startNanos, writtenNanos);
    }

    /** Counts once per protocol rather than once per viewer. */
    private void countSent() {
        for (Protocol protocol : PROTOCOLS) {
            if (sentBytes[protocol.ordinal()] > 0) {
                meters.sent(protocol, sentBytes[protocol.ordinal()]);
                sentBytes[protocol.ordinal()] = 0;
            }
        }
    }

    /** Records the latency of the tag at {@code from} since its arrival at ingest. */
    private void measure(long from) {
        SharedTag first = ring.at(from);
        if (first != null && first.origin().arrivalUs() > 0) {
            meters.tagLatency(System.currentTimeMillis() * 1000 - first.origin().arrivalUs());
        }
    }

    /** Returns the tags that the viewers of the cursor's form share; null if the ring has discarded {@code from}. */
    private TagRun shared(TagCursor cursor, long from) {
        TagRun known = shared.get(cursor.form);
        if (known != null) {
            return known;
        }
        TagRun taken = ring.take(from, writtenTo, Integer.MAX_VALUE, cursor.framing(), cursor.selection());
        TagRun joined = taken == null ? null : taken.joined();
        shared.set(cursor.form, joined);
        return joined;
    }

    private void release() {
        for (int i = 0; i < shared.size(); i++) {
            TagRun written = shared.set(i, null);
            if (written != null) {
                written.close();
            }
        }
    }

    /** Returns the index of the viewer's form in {@link #forms}. */
    private int formOf(FlvSink sink) {
        var form = new Form(sink.framing(), sink.selection());
        if (!forms.contains(form)) {
            forms.add(form);
            shared.add(null);
        }
        return forms.indexOf(form);
    }

    /**
     * Starts a viewer at {@code from}, or at a later keyframe if the ring has discarded that tag.
     *
     * @param headers the sequence headers that the viewer has, all tracks included, once it has received the opening
     * @param opening the bytes before the first tag, not framed; empty if the viewer needs none
     */
    void join(FlvSink sink, long from, List<FlvTag> headers, byte[] opening) {
        check();
        var cursor = new TagCursor(sink, ring, meters, from, headers);
        cursor.slot = cursors.size();
        cursor.form = formOf(sink);
        cursors.add(cursor);
        bySink.put(sink, cursor);
        pace.joined();
        sink.start(() -> cursor.catchUp(writtenTo, loop.ticker().nanoTime()));
        if (opening.length > 0) {
            sink.send(opening);
            meters.sent(sink.protocol(), opening.length);
        }
        cursor.catchUp(ring.head(), loop.ticker().nanoTime());
    }

    /** Removes a viewer. Has no effect if it is unknown or has ended. */
    void leave(FlvSink sink) {
        check();
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

    /** Writes the remaining tags to every viewer, then ends the stream for it. */
    void end() {
        check();
        writtenTo = ring.head();
        cursors.forEach(cursor -> {
            cursor.end(writtenTo);
            pace.left();
        });
        cursors.clear();
        bySink.clear();
    }
}
