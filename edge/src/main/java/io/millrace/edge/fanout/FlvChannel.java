package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Chosen tracks of one live stream that FLV or RTMP viewers watch at this edge. Records that arrive while the past is read wait in a
 * {@link Backlog}; then {@link ChannelFold} turns records into tags, which {@link FlvBroadcast} sends to the viewers of
 * {@link ChannelViewers}. The channel decides when each of these begins. Confined to the packet feed's thread.
 *
 * <p>WAITING (for the tracks) -> FILLING (reading the past) -> PLAYING -> OVER; FILLING -> OVER; WAITING -> OVER.
 */
public final class FlvChannel {
    enum State {
        WAITING, FILLING, PLAYING, OVER
    }

    /** A record of {@code packets} with its offset. */
    record At(long offset, PacketsRecord record) {}

    /**
     * The position at which a viewer of past media switches to the live stream.
     *
     * @param offset in {@code packets}, where the viewer continues: after the stream's last record that it received
     * @param headers the sequence headers that the viewer has received
     * @param behind runs on the viewer's event loop if the channel cannot continue there; the viewer then continues
     *     to read the log
     */
    public record Seam(long epoch, long offset, List<FlvTag> headers, FlvSink sink, Runnable behind) {
        /** Tells the viewer to continue to read the log. */
        void turnAway() {
            sink.execute(behind);
        }
    }

    private final OwnerThread owner = new OwnerThread();
    private final String stream;
    private final ChosenTracks chosen;
    /** Tracks of sessions before this one are outdated. */
    private final long firstSession;
    private final long tailFrom;
    private final LongFunction<FlvBroadcast> broadcasts;
    private final Backlog backlog;
    private final ChannelViewers viewers = new ChannelViewers();
    /** See {@link #successors()}. */
    private final List<FlvSink> successors = new ArrayList<>();
    private State state = State.WAITING;
    // Null until the tracks are known.
    private StreamEntry entry;
    // Both null until startAt().
    private Keyframe start;
    private FlvBroadcast broadcast;
    // Both null until filled().
    private Tracks tracks;
    private ChannelFold fold;

    /**
     * @param chosen the tracks that the viewers receive; only the main ones matter
     * @param firstSession the first session whose tracks may be shown; 0 for any
     * @param tailFrom offset in {@code packets} from which the feed passes the stream's records to {@link #next}
     * @param memory limits the records that are retained while the past is read
     * @param broadcasts creates a broadcast that begins at an offset
     */
    FlvChannel(String stream, ChosenTracks chosen, long firstSession, long tailFrom, RingMemory memory,
            LongFunction<FlvBroadcast> broadcasts) {
        this.stream = stream;
        this.chosen = chosen;
        this.firstSession = firstSession;
        this.tailFrom = tailFrom;
        this.broadcasts = broadcasts;
        backlog = new Backlog(memory);
    }

    String stream() {
        return stream;
    }

    /** Returns the tracks that the viewers of this channel receive. */
    ChosenTracks chosen() {
        return chosen;
    }

    State state() {
        return state;
    }

    /** Returns the offset from which the feed follows the partition; a {@link Backfill} reads the records before it. */
    long tailFrom() {
        return tailFrom;
    }

    /** Returns the directory entry with which the channel began to fill; null before. */
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
     * Returns the viewers that have received nothing yet and must join a new channel, which begins with
     * {@link #lastSession}; empty unless this channel is over.
     */
    List<FlvSink> successors() {
        return successors;
    }

    /** Returns the session of the newest packet or tracks; 0 if there was none. */
    long lastSession() {
        return fold == null ? 0 : fold.lastSession();
    }

    /** Adds a viewer, which starts when it can: see {@link FlvSource#join}. */
    void join(FlvSink sink) {
        owner.check();
        viewers.join(sink);
        startViewers();
    }

    /** Switches a viewer of past media to the live stream. */
    void join(Seam seam) {
        owner.check();
        viewers.join(seam);
        startViewers();
    }

    /** Removes a viewer in any state, and stops encoding its layout if no other viewer uses it. */
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

    /**
     * Called with each newer directory entry of the stream. Returns true once, when the entry has the tracks of the
     * current session: the caller must then read the past and call {@link #startAt} and {@link #filled}.
     */
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
     * Returns whether the tracks belong to the current session; until its first cut, the entry has those of the
     * previous session.
     */
    private boolean isCurrent(StreamEntry newest) {
        List<StreamEntry.Session> sessions = newest.sessions();
        return newest.session().number() >= firstSession && !sessions.isEmpty()
                && !sessions.getLast().codecs().isEmpty();
    }

    /**
     * Sets where in the log viewers begin: a keyframe, or the first packet of a session. Called once, before
     * {@link #filled}.
     */
    void startAt(Keyframe keyframe) {
        owner.check();
        if (state != State.FILLING) {
            throw new IllegalStateException(stream + " is " + state);
        }
        start = keyframe;
        broadcast = broadcasts.apply(start.offset());
    }

    /** Starts playing, with the records that precede {@link #tailFrom}. Has no effect if the channel is over. */
    void filled(Backfill.Past past) {
        owner.check();
        if (state != State.FILLING) {
            return;
        }
        state = State.PLAYING;
        tracks = past.tracks();
        fold = new ChannelFold(entry, tracks, chosen, start, broadcast);
        past.records().forEach(this::fold);
        backlog.drain().forEach(this::fold);
        startViewers();
    }

    /** Processes the stream's next record from the live tail. */
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
                // The feed removes this channel, which has no viewers left.
            }
        }
    }

    private void fold(At at) {
        if (state == State.PLAYING && !fold.fold(at)) {
            if (fold.lastSession() > entry.session().number()) {
                // The waiting viewers can start now: the publisher has returned, with other tracks.
                successors.addAll(viewers.takeWaiting());
            }
            over();
        }
    }

    /** While the publisher is away, new viewers are held, because their video would freeze at once. */
    private void startViewers() {
        if (state == State.PLAYING && fold.isLive()) {
            viewers.startWaiting(tracks, chosen, broadcast);
        }
        if (state == State.PLAYING) {
            viewers.startSeams(entry.epoch(), fold, broadcast);
        }
    }

    /** Publishes the tags of the records since the last call, after starting the viewers that can start. */
    void flush() {
        owner.check();
        if (state == State.PLAYING) {
            startViewers();
            broadcast.flush();
        }
    }

    /** Makes viewers of past media that wait for this channel read on in the log, since their epoch has ended. */
    void turnAwaySeams() {
        owner.check();
        viewers.turnAwaySeams();
    }

    /** Ends the channel because there is no memory to start it. Waiting viewers are rejected as busy. */
    void busy() {
        owner.check();
        viewers.takeWaiting().forEach(sink -> sink.execute(sink::busy));
        over();
    }

    /** Ends the channel for all viewers. Has no effect if it is over. */
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
