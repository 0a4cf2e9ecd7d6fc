package io.millrace.edge.fanout;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.Pace;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Sends one stream's tags to all of its viewers: encodes them once for each {@link Layout} that a viewer uses, into a
 * ring from which every event loop with viewers reads. Confined to the packet feed's thread.
 */
final class FlvBroadcast {
    private final OwnerThread owner = new OwnerThread();
    private final TagRing ring;
    private final Audiences audiences;
    private final Ticker ticker;
    /** The memory of each layout in which tags are encoded now. */
    private final Map<Layout, TagSlabs> slabs = new HashMap<>();
    /** Timestamp of the newest tag, on the epoch's FLV time line. */
    private int newestMs;
    /** Tags were published since the last flush. */
    private boolean news;
    /** These include one that viewers wait for, such as a video frame. */
    private boolean leads;

    /**
     * @param startOffset offset in {@code packets}; every tag of the stream from there on is published here
     * @param memory the memory limit that all rings share
     * @param paces returns the write rate of an event loop
     */
    FlvBroadcast(long startOffset, RingMemory memory, Function<EventExecutor, Pace> paces, Ticker ticker,
            EdgeMeters meters) {
        this.ticker = ticker;
        ring = memory.open(startOffset);
        audiences = new Audiences(ring, paces, meters);
        slabs.put(Layout.BASE, new TagSlabs(Layout.BASE));
    }

    /** Returns the layouts in which tags are encoded. */
    Set<Layout> layouts() {
        return slabs.keySet();
    }

    /**
     * Starts encoding tags in {@code layout}, including those of the latest GOP, so that its viewers start immediately.
     * Has no effect if the layout is open.
     */
    void open(Layout layout) {
        owner.check();
        if (slabs.containsKey(layout)) {
            return;
        }
        var more = new TagSlabs(layout);
        slabs.put(layout, more);
        for (long index = ring.open(); index < ring.head(); index++) {
            // Taking memory for the encodings may discard tags of this ring; players then begin with a later keyframe.
            SharedTag shared = ring.at(index);
            FlvTag tag = shared == null ? null : shared.read();
            if (tag != null) {
                ring.add(index, layout, more.encode(tag));
            }
        }
    }

    /** Stops encoding tags in {@code layout} if no viewer uses it any more. Not called with the base layout. */
    void closeUnwatched(Layout layout) {
        owner.check();
        if (slabs.containsKey(layout) && !audiences.isWatched(layout)) {
            slabs.remove(layout).close();
            ring.close(layout);
        }
    }

    /**
     * Publishes the next tag; its bytes are copied. Viewers receive it after the next {@link #flush}.
     *
     * @param offset of its record in {@code packets}
     * @param arrivalUs when its packet arrived at ingest, µs since 1970; 0 if it does not come from a packet
     * @param headers the sequence headers in force
     */
    void publish(TagEvent.Media event, long offset, long arrivalUs, List<FlvTag> headers) {
        owner.check();
        ring.add(SharedTag.of(event, new SharedTag.Origin(offset, arrivalUs, ticker.nanoTime()), headers,
                encode(event.tag())));
        newestMs = event.tag().timestampMs();
        news = true;
        leads |= event.leads();
    }

    private Map<Layout, EncodedTag> encode(FlvTag tag) {
        Map<Layout, EncodedTag> encodings = new HashMap<>();
        slabs.forEach((layout, memory) -> encodings.put(layout, memory.encode(tag)));
        return Map.copyOf(encodings);
    }

    /**
     * Publishes, in order among the tags, that the publisher has returned or left; viewers of layouts without a message
     * for this receive nothing.
     *
     * @param live whether it has returned
     */
    void notice(boolean live, long offset, List<FlvTag> headers) {
        owner.check();
        Map<Layout, EncodedTag> encodings = new HashMap<>();
        slabs.forEach((layout, memory) -> {
            byte[] message = layout.presence(live);
            if (message.length > 0) {
                encodings.put(layout, memory.copy(message));
            }
        });
        if (!encodings.isEmpty()) {
            ring.add(SharedTag.notice(newestMs, new SharedTag.Origin(offset, 0, ticker.nanoTime()), headers,
                    Map.copyOf(encodings)));
            news = true;
            leads = true;
        }
    }

    /** Notifies the event loops of the published tags. */
    void flush() {
        if (news) {
            audiences.published(leads);
            news = false;
            leads = false;
        }
    }

    /** Returns where a new viewer begins; null if no tag in the ring is an entry point for {@code selection}. */
    TagRing.Entry entry(Selection selection) {
        return ring.entry(selection);
    }

    /**
     * Starts {@code sink} at {@code entry}. Its layout must be open.
     *
     * @param opening the bytes before the first tag, not framed
     */
    void join(FlvSink sink, TagRing.Entry entry, byte[] opening) {
        audiences.join(sink, entry.index(), entry.headers(), opening);
    }

    /**
     * Continues {@code sink} at {@code offset} in {@code packets}. Returns false if the ring may lack tags from there
     * on.
     *
     * @param known the sequence headers that the viewer has received
     * @param inForce the sequence headers in force at the end of the ring
     */
    boolean joinAt(FlvSink sink, long offset, List<FlvTag> known, List<FlvTag> inForce) {
        open(sink.framing().layout());
        long index = ring.indexOf(offset);
        if (index == TagRing.NONE) {
            return false;
        }
        SharedTag next = ring.at(index);
        List<FlvTag> headers = next == null ? inForce : next.headers();
        List<FlvTag> mine = sink.selection().of(headers);
        boolean same = mine.equals(sink.selection().of(known));
        int timestampMs = next == null ? newestMs : next.timestampMs();
        audiences.join(sink, index, headers,
                same ? new byte[0] : sink.framing().layout().headers(mine, timestampMs));
        return true;
    }

    /** Removes a viewer that has joined. Must not be called after {@link #end}. */
    void leave(FlvSink sink) {
        audiences.leave(sink);
    }

    /** Ends the stream for all viewers. */
    void end() {
        owner.check();
        audiences.end();
        slabs.values().forEach(TagSlabs::close);
        slabs.clear();
    }
}
