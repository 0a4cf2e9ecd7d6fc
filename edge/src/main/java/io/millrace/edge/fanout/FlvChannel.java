package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * One stream with viewers of tags at this edge: decides when its {@link Backlog} is folded ({@link ChannelFold}) and
 * when its viewers start ({@link ChannelViewers}). Confined to the packet feed's thread.
 *
 * <p>WAITING (for the tracks) -> FILLING (reading the past) -> PLAYING -> OVER; FILLING -> OVER; WAITING -> OVER.
 */
public final class FlvChannel {
    enum State {
        WAITING, FILLING, PLAYING, OVER
    }

    /** A record with its offset. */
    record At(long offset, PacketsRecord record) {}

    /**
     * Where a viewer of the past switches to the live stream.
     *
     * @param offset in {@code packets}, after the last record of the stream that it received
     * @param headers the sequence headers that it has
     * @param behind runs on the viewer's event loop if the channel lacks what follows; the viewer then reads on in the
     *     log
     */
    public record Seam(long epoch, long offset, List<FlvTag> headers, FlvSink sink, Runnable behind) {
        void turnAway() {
            sink.execute(behind);
        }
    }

    private final OwnerThread owner = new OwnerThread();
    private final String stream;
    /** Tracks of older sessions are outdated. */
    private final long firstSession;
    private final long tailFrom;
    private final LongFunction<FlvBroadcast> broadcasts;
    private final Backlog backlog;
    private final ChannelViewers viewers = new ChannelViewers();
    private final List<FlvSink> successors = new ArrayList<>();
    private State state = State.WAITING;
    // Null until the tracks are known.
    private StreamEntry entry;
    // Null until it is known where viewers begin.
    private Keyframe start;
    private FlvBroadcast broadcast;
    // Null until the past has been read.
    private Tracks tracks;
    private ChannelFold fold;

    /**
     * @param firstSession the first session whose tracks may be shown, 0 for any
     * @param memory limits the records that are retained while the past is read
     * @param broadcasts creates a broadcast that begins at an offset
     */
    FlvChannel(String stream, long firstSession, long tailFrom, RingMemory memory,
            LongFunction<FlvBroadcast> broadcasts) {
        this.stream = stream;
        this.firstSession = firstSession;
        this.tailFrom = tailFrom;
        this.broadcasts = broadcasts;
        backlog = new Backlog(memory);
    }

    String stream() {
        return stream;
    }

    State state() {
        return state;
    }

    /** Returns the offset from which on the feed follows the partition; older records are read separately. */
    long tailFrom() {
        return tailFrom;
    }

    StreamEntry entry() {
        return entry;
    }

    boolean isEmpty() {
        return viewers.isEmpty();
    }

    /** Returns the layouts in which tags are encoded, or will be once the waiting viewers play. */
    Set<Layout> layouts() {
        Set<Layout> all = new HashSet<>(Set.of(Layout.BASE));
        all.addAll(viewers.awaitedLayouts());
        if (broadcast != null) {
            all.addAll(broadcast.layouts());
        }
        return all;
    }

    /**
     * Returns the viewers that have seen nothing yet and continue in the channel of {@link #lastSession}; empty unless
     * this one is over.
     */
    List<FlvSink> successors() {
        return successors;
    }

    /** Returns the session of the newest packet. */
    long lastSession() {
        return fold == null ? 0 : fold.lastSession();
    }

    void join(FlvSink sink) {
        owner.check();
        viewers.join(sink);
        startViewers();
    }

    /** Switches a viewer of the past to the live stream. */
    void join(Seam seam) {
        owner.check();
        viewers.join(seam);
        startViewers();
    }

    void leave(FlvSink sink) {
        owner.check();
        successors.remove(sink);
        boolean played = viewers.leave(sink) && state == State.PLAYING;
        if (played) {
            broadcast.leave(sink);
        }
        Layout layout = sink.framing().layout();
        if (broadcast != null && layout != Layout.BASE && !viewers.awaitedLayouts().contains(layout)) {
            broadcast.closeUnwatched(layout);
        }
    }

    /** Called when the tracks are known. Returns whether the past must be read now. */
    boolean tracksKnown(StreamEntry newest) {
        owner.check();
        if (state != State.WAITING || newest.state() == StreamEntry.State.ENDED
                || Tracks.of(newest.session().tracks()).isEmpty() || !isCurrent(newest)) {
            return false;
        }
        entry = newest;
        state = State.FILLING;
        return true;
    }

    /**
     * Returns whether the tracks belong to the current session; until its first cut they are those of the previous one.
     */
    private boolean isCurrent(StreamEntry newest) {
        List<StreamEntry.Session> sessions = newest.sessions();
        return newest.session().number() >= firstSession && !sessions.isEmpty()
                && !sessions.getLast().codecs().isEmpty();
    }

    /** Sets where in the log viewers begin: at a packet with data. */
    void startAt(Keyframe keyframe) {
        owner.check();
        if (state != State.FILLING) {
            throw new IllegalStateException(stream + " is " + state);
        }
        start = keyframe;
        broadcast = broadcasts.apply(start.offset());
    }

    /** Takes what precedes {@link #tailFrom}. */
    void filled(Backfill.Past past) {
        owner.check();
        if (state != State.FILLING) {
            return;
        }
        state = State.PLAYING;
        tracks = past.tracks();
        fold = new ChannelFold(entry, tracks, start, broadcast);
        past.records().forEach(this::fold);
        backlog.drain().forEach(this::fold);
        startViewers();
    }

    /** Takes the next record of the live tail. */
    void next(At at) {
        owner.check();
        switch (state) {
            case WAITING, FILLING -> {
                if (!backlog.add(at)) {
                    busy();
                }
            }
            case PLAYING -> fold(at);
            case OVER -> {
                // There are no viewers left.
            }
        }
    }

    private void fold(At at) {
        if (state == State.PLAYING && !fold.fold(at)) {
            if (fold.lastSession() > entry.session().number()) {
                // They waited for the publisher, which is back with other tracks, so they begin with those.
                successors.addAll(viewers.takeWaiting());
            }
            over();
        }
    }

    /** While the publisher is away, new viewers are held, because their video would freeze at once. */
    private void startViewers() {
        if (state == State.PLAYING && fold.isLive()) {
            viewers.startWaiting(tracks, broadcast);
        }
        if (state == State.PLAYING) {
            viewers.startSeams(entry.epoch(), fold, broadcast);
        }
    }

    /** Publishes the tags of the last records. */
    void flush() {
        owner.check();
        if (state == State.PLAYING) {
            startViewers();
            broadcast.flush();
        }
    }

    /** Sends viewers of the past whose epoch has ended here back to the log, where they read its end. */
    void turnAwaySeams() {
        owner.check();
        viewers.turnAwaySeams();
    }

    /** Ends the channel because there is no memory to start it. Waiting viewers are told to try again. */
    void busy() {
        owner.check();
        viewers.takeWaiting().forEach(sink -> sink.execute(sink::busy));
        over();
    }

    /** Ends the channel for all viewers. */
    void over() {
        owner.check();
        if (state == State.OVER) {
            return;
        }
        boolean played = state == State.PLAYING;
        state = State.OVER;
        backlog.drain();
        if (broadcast != null) {
            broadcast.end();
        }
        if (played) {
            // The records before the end may be in the log after the viewer's position.
            viewers.turnAwaySeams();
        }
        viewers.end();
    }
}
