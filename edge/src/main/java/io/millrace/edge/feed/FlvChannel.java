package io.millrace.edge.feed;

import io.millrace.edge.live.EpochTags;
import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.Keyframe;
import io.millrace.edge.live.Selection;
import io.millrace.edge.live.Tracks;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayChunks;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * One stream that is watched by FLV here: its records of {@code packets} from a keyframe on, its session fold, its tags
 * and its viewers. Confined to the packet feed's thread.
 *
 * <p>WAITING (for the tracks) -> FILLING (the past is read) -> PLAYING -> OVER; FILLING -> OVER; WAITING -> OVER.
 */
final class FlvChannel {
    /** What comes while the past is read: more than any group of pictures that is kept. */
    private static final long MEANWHILE_LIMIT_BYTES = 64L * 1024 * 1024;

    enum State {
        WAITING, FILLING, PLAYING, OVER
    }

    /** A record and its offset. */
    record At(long offset, PacketsRecord record) {}

    /**
     * Where a viewer of the past wants to go on.
     *
     * @param offset in {@code packets} behind the last of the stream's records that it has got
     * @param headers the sequence headers that it knows
     * @param behind to be run on its loop if what it has not got is not here: it reads on
     */
    record Seam(long epoch, long offset, List<FlvTag> headers, FlvSink sink, Runnable behind) {
        private void turnAway() {
            sink.loop().execute(behind);
        }
    }

    private final String stream;
    private final long tailFrom;
    private final Set<FlvSink> waiting = new LinkedHashSet<>();
    private final List<Seam> seams = new ArrayList<>();
    private final Set<FlvSink> playing = new LinkedHashSet<>();
    private final List<FlvSink> heirs = new ArrayList<>();
    private final List<At> meanwhile = new ArrayList<>();
    private final LongFunction<FlvBroadcast> broadcasts;
    private State state = State.WAITING;
    /** Tracks of older sessions are out of date. */
    private final long firstSession;
    private long lastSession;
    private long meanwhileBytes;
    private long startOffset;
    /** Behind the last of the stream's records that was folded. */
    private long foldedTo;
    private StreamEntry entry;
    private Tracks tracks;
    private EpochTags tags;
    private FlvBroadcast broadcast;
    /** The same tags for players of RTMP; null while nobody plays. */
    private FlvBroadcast messages;

    /**
     * @param firstSession whose tracks are the first that may be shown, 0 for any
     * @param broadcasts makes the way to the viewers, from an offset on
     */
    FlvChannel(String stream, long firstSession, long tailFrom, LongFunction<FlvBroadcast> broadcasts) {
        this.stream = stream;
        this.firstSession = firstSession;
        this.tailFrom = tailFrom;
        this.broadcasts = broadcasts;
    }

    String stream() {
        return stream;
    }

    State state() {
        return state;
    }

    /** The feed follows the partition from here on; what is older is read elsewhere. */
    long tailFrom() {
        return tailFrom;
    }

    long startOffset() {
        return startOffset;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && seams.isEmpty() && playing.isEmpty();
    }

    void join(FlvSink sink) {
        waiting.add(sink);
        startWaiting();
    }

    /** Viewers that have seen nothing yet and go on in the channel of {@link #lastSession}; empty unless this one is over. */
    List<FlvSink> heirs() {
        return heirs;
    }

    /** The session of the newest packet. */
    long lastSession() {
        return lastSession;
    }

    void leave(FlvSink sink) {
        waiting.remove(sink);
        heirs.remove(sink);
        seams.removeIf(seam -> seam.sink() == sink);
        if (playing.remove(sink) && state == State.PLAYING) {
            broadcast(sink.framing().layout()).leave(sink);
        }
        boolean wanted = waiting.stream().anyMatch(each -> each.framing().layout() == Layout.MESSAGES);
        if (messages != null && !messages.isWatched() && !wanted) {
            messages.end();
            messages = null;
        }
    }

    private FlvBroadcast broadcast(Layout layout) {
        return switch (layout) {
            case TAGS -> broadcast;
            case MESSAGES -> {
                if (messages == null) {
                    messages = broadcast.asMessages();
                }
                yield messages;
            }
        };
    }

    /** The tracks are known. Gives whether the past is to be read now. */
    boolean tracksKnown(StreamEntry newest) {
        Tracks known = Tracks.of(newest.tracks());
        if (state != State.WAITING || newest.state() == StreamEntry.State.ENDED || known.isEmpty()
                || !isCurrent(newest)) {
            return false;
        }
        entry = newest;
        tracks = known;
        state = State.FILLING;
        return true;
    }

    /** Whether the tracks are those of its session: until something of that is cut, they are of the one before. */
    private boolean isCurrent(StreamEntry newest) {
        List<StreamEntry.Session> sessions = newest.sessions();
        return newest.session() >= firstSession && !sessions.isEmpty() && !sessions.getLast().codecs().isEmpty();
    }

    StreamEntry entry() {
        return entry;
    }

    /** Where in the log viewers begin: a packet that counts. */
    void startAt(Keyframe start) {
        startOffset = start.offset();
        foldedTo = startOffset;
        tags = new EpochTags(entry, tracks, start);
        broadcast = broadcasts.apply(start.offset());
    }

    /** The past up to {@link #tailFrom}. */
    void filled(List<At> past) {
        if (state != State.FILLING) {
            return;
        }
        state = State.PLAYING;
        past.forEach(this::fold);
        List<At> rest = List.copyOf(meanwhile);
        meanwhile.clear();
        rest.forEach(this::fold);
        startWaiting();
        startSeams();
    }

    /** A viewer of the past comes to the present. */
    void join(Seam seam) {
        seams.add(seam);
        startSeams();
    }

    /** Viewers of the past whose epoch is over here find its end in the log. */
    void turnAwaySeams() {
        seams.forEach(Seam::turnAway);
        seams.clear();
    }

    private void startSeams() {
        if (state != State.PLAYING) {
            return;
        }
        seams.removeIf(seam -> {
            if (seam.epoch() == entry.epoch() && seam.offset() > foldedTo) {
                // Its reader was faster than the live tail.
                return false;
            }
            boolean joined = seam.epoch() == entry.epoch()
                    && broadcast.joinAt(seam.sink(), seam.offset(), seam.headers(), tags.headers());
            if (joined) {
                playing.add(seam.sink());
            } else {
                seam.turnAway();
            }
            return true;
        });
    }

    /** The next record of the live tail. */
    void next(At at) {
        switch (state) {
            case WAITING, FILLING -> keep(at);
            case PLAYING -> fold(at);
            case OVER -> {
                // Nobody is left to see it.
            }
        }
    }

    private void keep(At at) {
        if (at.record() instanceof Packet packet) {
            meanwhileBytes += packet.body().remaining();
        }
        meanwhile.add(at);
        if (meanwhileBytes > MEANWHILE_LIMIT_BYTES) {
            over();
        }
    }

    /** Hands over what the last records became. */
    void flush() {
        if (state == State.PLAYING) {
            startWaiting();
            startSeams();
            broadcast.flush();
            if (messages != null) {
                messages.flush();
            }
        }
    }

    private void fold(At at) {
        if (state == State.PLAYING) {
            long arrivalUs = 0;
            if (at.record() instanceof Packet packet) {
                arrivalUs = packet.arrivalUs();
                lastSession = packet.session();
            }
            foldedTo = at.offset() + 1;
            boolean wasLive = tags.isLive();
            List<FlvEvent> events = tags.fold(at.offset(), at.record());
            if (messages != null && wasLive != tags.isLive()) {
                messages.notice(wasLive ? PlayChunks.dry() : PlayChunks.publishNotify(), at.offset(), tags.headers());
            }
            long stampUs = arrivalUs;
            events.forEach(event -> publish(event, at.offset(), stampUs));
        }
    }

    private void publish(FlvEvent event, long offset, long arrivalUs) {
        if (state != State.PLAYING) {
            return;
        }
        switch (event) {
            case FlvEvent.Media media -> {
                broadcast.publish(media, offset, arrivalUs, tags.headers());
                if (messages != null) {
                    messages.publish(media, offset, arrivalUs, tags.headers());
                }
            }
            case FlvEvent.End _ -> {
                if (lastSession > entry.session()) {
                    // They waited for the publisher, which is back with other tracks: those are what they begin with.
                    heirs.addAll(waiting);
                    waiting.clear();
                }
                over();
            }
        }
    }

    /** While the publisher is away new viewers are held: what is there would freeze on their screens. */
    private void startWaiting() {
        if (waiting.isEmpty() || state != State.PLAYING || !tags.isLive()) {
            return;
        }
        for (Selection selection : Selection.values()) {
            for (Layout layout : Layout.values()) {
                startWaiting(selection, layout);
            }
        }
    }

    private void startWaiting(Selection selection, Layout layout) {
        List<FlvSink> sinks = waiting.stream()
                .filter(sink -> sink.selection() == selection && sink.framing().layout() == layout).toList();
        Tracks selected = selection.of(tracks);
        if (sinks.isEmpty()) {
            return;
        }
        if (selected.isEmpty()) {
            sinks.forEach(sink -> sink.loop().execute(sink::end));
            sinks.forEach(waiting::remove);
            return;
        }
        FlvBroadcast to = broadcast(layout);
        TagRing.Entry entry = to.entry(selection);
        if (entry != null) {
            byte[] opening = layout.opening(selected, selection.of(entry.headers()), entry.timestampMs());
            sinks.forEach(sink -> {
                to.join(sink, entry, opening);
                playing.add(sink);
                waiting.remove(sink);
            });
        }
    }

    /** Lets everybody go. */
    void over() {
        if (state == State.OVER) {
            return;
        }
        boolean played = state == State.PLAYING;
        state = State.OVER;
        meanwhile.clear();
        if (broadcast != null) {
            broadcast.end();
        }
        if (messages != null) {
            messages.end();
        }
        waiting.forEach(sink -> sink.loop().execute(sink::end));
        waiting.clear();
        if (played) {
            // What led to the end may be in the log behind what they have got.
            turnAwaySeams();
        }
        seams.forEach(seam -> seam.sink().loop().execute(seam.sink()::end));
        seams.clear();
        playing.clear();
    }
}
