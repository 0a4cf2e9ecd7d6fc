package io.millrace.platform.timeline;

import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides which packets of a stream count, which session is live, and where an epoch begins and ends. The segmenter,
 * the live tail, replay and export all use this class, so they agree. A pure fold over one stream's records in log
 * order.
 *
 * <p>{@link SessionStarted} is a claim. A claim greater than the current session takes over at its first packet;
 * packets of lesser sessions are ignored from then on. Since version 5 of the rules, a claim takes over with its
 * {@link SessionTracks}, which end the epoch and begin another one if they are not those of the epoch.
 * {@link SessionEnded} starts the grace period, the session's next packet cancels it, and {@link GraceOver} ends the
 * epoch, even if a late packet has cancelled the grace period (since version 3 of the rules). The next session after
 * that begins a new epoch under its own rules. A session of a later generation ends the epoch as well: the log has lost
 * records since.
 *
 * <p>Uses no clock and parses no codec data. Confined to one thread. Each record may be folded only once: callers skip
 * the records that they have already folded.
 */
public final class SessionFold {
    private static final StateSchema<SessionFold> SCHEMA = new StateSchema<>("SessionState",
            SessionFold::write, SessionFold::read);
    private static final long NONE = -1;
    /**
     * For {@link #lastSeq}: a reader that starts in the middle does not know the number of the packet before its first.
     */
    private static final long ANY = -2;

    /** Life cycle of a stream. NONE -> LIVE; LIVE -> GRACE, ENDED; GRACE -> LIVE, ENDED; ENDED -> LIVE. */
    public enum State {
        NONE, LIVE, GRACE, ENDED
    }

    private State state = State.NONE;
    private long epoch = NONE;
    private EpochRules rules;
    private TrackSet tracks = TrackSet.UNKNOWN;
    private long session = NONE;
    private SessionStarted started;
    /** Number of the session's newest packet; {@link #NONE} before the first, {@link #ANY} if it is not known. */
    private long lastSeq = NONE;
    /** Packets of the session that are missing, and have not been reported in a {@link Verdict.Counts} yet. */
    private long lost;
    /** Offset at which this fold joined the epoch; 0 if it has seen the stream's records from the start. */
    private long joinedAt;
    private Claims claims = new Claims();
    private TimeLine line = new TimeLine();

    /** Creates the fold of a stream without any records. */
    public SessionFold() {}

    /**
     * Restores a fold from the bytes that {@link #toBytes} returned.
     *
     * @throws io.millrace.platform.log.UnreadableStateException if the bytes are damaged, or of an unknown version
     */
    public static SessionFold resume(ByteBuffer bytes) {
        return SCHEMA.decode(bytes);
    }

    private static SessionFold read(Generic g) {
        SessionFold fold = new SessionFold();
        fold.state = g.symbol("state", State.class);
        fold.epoch = g.int64("epoch");
        fold.session = g.int64("session");
        fold.lastSeq = g.int64("lastSeq");
        fold.lost = g.int64("lost");
        fold.joinedAt = g.int64("joinedAt");
        fold.rules = g.isNull("rules") ? null : Claims.rules(g.record("rules"));
        fold.started = g.isNull("started") ? null : Claims.started(g.bytes("started"));
        fold.claims = Claims.read(g);
        fold.line = TimeLine.read(g.record("line"));
        fold.tracks = new TrackSet(g.text("video"), g.text("audio"));
        return fold;
    }

    private void write(Generic g) {
        g.put("state", state.name()).put("epoch", epoch).put("session", session).put("lastSeq", lastSeq)
                .put("lost", lost).put("joinedAt", joinedAt)
                .put("rules", rules == null ? null : Claims.write(rules, g.child("rules")))
                .put("started", started == null ? null : ByteBuffer.wrap(LogCodec.encode(started)))
                .put("line", line.write(g.child("line")))
                .put("video", tracks.video()).put("audio", tracks.audio());
        claims.write(g);
    }

    /**
     * Creates the fold for a reader that joins an epoch in the middle, at a packet that counts.
     *
     * @param entry the directory entry of the epoch
     * @param start the packet
     * @param tracks the tracks at the packet
     */
    public static SessionFold join(StreamEntry entry, Keyframe start, TrackSet tracks) {
        long session = start.session();
        long offset = start.offset();
        SessionFold fold = new SessionFold();
        fold.state = entry.state() == StreamEntry.State.ENDED && session == entry.session().number()
                && offset > entry.span().lastOffset()
                        ? State.ENDED
                        : State.LIVE;
        fold.epoch = entry.epoch();
        fold.rules = entry.rules();
        fold.tracks = tracks;
        fold.session = session;
        fold.started = new SessionStarted(SessionStarted.Role.PRIMARY, entry.session().encoder(),
                entry.session().startedAtMs(), entry.rules());
        fold.lastSeq = ANY;
        fold.joinedAt = offset;
        fold.line.continueLine(start.timestampOffsetMs());
        return fold;
    }

    /**
     * Folds the stream's next record and returns the decision about it.
     *
     * @param offset offset of the record in {@code packets}
     */
    public Verdict fold(long offset, PacketsRecord record) {
        return switch (record) {
            case SessionStarted claim -> claimed(offset, claim);
            case SessionTracks its -> tracks(its);
            case Packet packet -> packet(packet);
            case SessionEnded ended -> ended(ended);
            case GraceOver over -> graceOver(over);
            case CueRequest _ -> new Verdict.Control(List.of());
        };
    }

    private Verdict claimed(long offset, SessionStarted claim) {
        long number = claim.number(offset);
        if (number > session) {
            claims.add(number, claim);
        }
        return new Verdict.Control(List.of());
    }

    private Verdict tracks(SessionTracks its) {
        SessionStarted claim = its.session() > session ? claimOf(its.session()) : null;
        List<SessionEvent> events = new ArrayList<>(0);
        if (claim != null && (isRunning() ? rules : claim.rules()).hasOneTrackSet()) {
            takeOver(its.session(), claim, its.tracks(), events);
        }
        return new Verdict.Control(events);
    }

    private Verdict packet(Packet packet) {
        // Nearly all packets belong to the live session and change nothing, so no list is allocated for them.
        boolean isOrdinary = packet.session() == session && state == State.LIVE;
        List<SessionEvent> events = isOrdinary ? List.of() : new ArrayList<>(1);
        if (packet.session() > session) {
            SessionStarted claim = claimOf(packet.session());
            if (claim == null) {
                return new Verdict.Ignored(Verdict.Reason.UNKNOWN_SESSION, events);
            }
            takeOver(packet.session(), claim, TrackSet.UNKNOWN, events);
        } else if (packet.session() < session) {
            return new Verdict.Ignored(Verdict.Reason.LESSER_SESSION, events);
        } else if (state == State.ENDED) {
            return new Verdict.Ignored(Verdict.Reason.AFTER_END, events);
        } else if (packet.seq() <= lastSeq) {
            return new Verdict.Ignored(Verdict.Reason.DUPLICATE, events);
        }
        if (state == State.GRACE) {
            state = State.LIVE;
            events.add(new SessionEvent.Returned(session));
        }
        lost += lastSeq == ANY ? 0 : packet.seq() - lastSeq - 1;
        lastSeq = packet.seq();
        return place(packet, events);
    }

    private Verdict place(Packet packet, List<SessionEvent> events) {
        boolean drives = !packet.isConfig() && packet.kind() != Packet.Kind.DATA && packet.track() == 0;
        TimeLine.Placed placed = !drives
                ? new TimeLine.Placed(line.timeOf(packet.timestampMs()), false)
                : line.place(packet.kind(), packet.timestampMs());
        if (placed == TimeLine.Placed.OFF) {
            return new Verdict.Ignored(Verdict.Reason.OFF_LINE, events);
        }
        long lostBefore = lost;
        lost = 0;
        return new Verdict.Counts(epoch, session, placed.timeMs(), placed.newLine(), lostBefore, events);
    }

    private SessionStarted claimOf(long number) {
        SessionStarted claim = claims.of(number);
        if (claim == null && SessionStarted.offset(number) < joinedAt && state != State.ENDED) {
            // The session was claimed before this reader's first offset: its first packet is the only trace of the
            // claim that the reader will see.
            return new SessionStarted(SessionStarted.Role.PRIMARY, new Encoder("", "", ""), started.startedAtMs(),
                    rules);
        }
        return claim;
    }

    private void takeOver(long number, SessionStarted claim, TrackSet its, List<SessionEvent> events) {
        if (isRunning() && SessionStarted.generation(number) > SessionStarted.generation(session)) {
            // The log has lost records of the epoch, possibly its end. What follows does not continue it.
            endEpoch(claim.startedAtMs(), SessionEnded.Reason.SUSPECTED, events);
        } else if (isRunning() && its.isKnown() && tracks.isKnown() && !its.equals(tracks)) {
            endEpoch(claim.startedAtMs(), SessionEnded.Reason.CLOSED_BY_SERVER, events);
        }
        if (!isRunning()) {
            epoch = number;
            rules = claim.rules();
            tracks = TrackSet.UNKNOWN;
            line.beginEpoch();
            events.add(new SessionEvent.EpochBegan(epoch, rules));
        } else {
            line.beginSession();
        }
        tracks = tracks.isKnown() ? tracks : its;
        state = State.LIVE;
        session = number;
        started = claim;
        lastSeq = NONE;
        lost = 0;
        claims.tookOver(number);
        events.add(new SessionEvent.TookOver(number, claim));
    }

    private Verdict ended(SessionEnded ended) {
        if (ended.session() == session && state == State.LIVE) {
            state = State.GRACE;
            return new Verdict.Control(List.of(new SessionEvent.Left(session, ended.endedAtMs(), ended.reason())));
        }
        if (ended.reason() != SessionEnded.Reason.SUSPECTED) {
            // The session's own node reports its end, and does so after the last packet. A session that another node
            // merely suspects may still send its first packet.
            claims.remove(ended.session());
        }
        return new Verdict.Control(List.of());
    }

    private Verdict graceOver(GraceOver over) {
        claims.remove(over.session());
        boolean cameBack = state == State.LIVE && rules.graceOverEndsLiveSession();
        if (over.session() != session || state != State.GRACE && !cameBack) {
            return new Verdict.Control(List.of());
        }
        List<SessionEvent> events = new ArrayList<>(2);
        endEpoch(over.atMs(), SessionEnded.Reason.SUSPECTED, events);
        return new Verdict.Control(events);
    }

    /** @param reason why the session ends if it is live */
    private void endEpoch(long atMs, SessionEnded.Reason reason, List<SessionEvent> events) {
        if (state == State.LIVE) {
            events.add(new SessionEvent.Left(session, atMs, reason));
        }
        state = State.ENDED;
        events.add(new SessionEvent.EpochOver(epoch, atMs));
    }

    private boolean isRunning() {
        return state == State.LIVE || state == State.GRACE;
    }

    public State state() {
        return state;
    }

    /** The number of the newest epoch, -1 before the first. */
    public long epoch() {
        return epoch;
    }

    /** The current session's number, -1 before the first. */
    public long session() {
        return session;
    }

    /** The rules of {@link #epoch}, null before the first epoch. */
    public EpochRules rules() {
        return rules;
    }

    /**
     * The tracks that the sessions of {@link #epoch} have announced, the same for all; {@link TrackSet#UNKNOWN} if none
     * has.
     */
    public TrackSet tracks() {
        return tracks;
    }

    /** The current session's claim, null before the first. */
    public SessionStarted started() {
        return started;
    }

    /** The offset that turns RTMP timestamps of the current line into times on the epoch's FLV timeline. */
    public long timestampOffsetMs() {
        return line.offsetMs();
    }

    /**
     * Whether this fold can be discarded without loss: the epoch is over or none has begun, and no claim is pending.
     */
    public boolean isForgettable() {
        return claims.isEmpty() && (state == State.NONE || state == State.ENDED);
    }

    /**
     * Returns the whole state, in the version of the log that this process writes. Folds of the same records return the
     * same bytes.
     */
    public byte[] toBytes() {
        return SCHEMA.encode(this);
    }
}
