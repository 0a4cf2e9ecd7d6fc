package io.millrace.ingest.publish;

import io.millrace.ingest.publish.PublicationCommand.AnnounceFailed;
import io.millrace.ingest.publish.PublicationCommand.Announced;
import io.millrace.ingest.publish.PublicationCommand.ClaimFailed;
import io.millrace.ingest.publish.PublicationCommand.ClaimOutdated;
import io.millrace.ingest.publish.PublicationCommand.Claimed;
import io.millrace.ingest.publish.PublicationCommand.End;
import io.millrace.ingest.publish.PublicationCommand.EndFailed;
import io.millrace.ingest.publish.PublicationCommand.EndNoteFailed;
import io.millrace.ingest.publish.PublicationCommand.EndNoted;
import io.millrace.ingest.publish.PublicationCommand.EndWritten;
import io.millrace.ingest.publish.PublicationCommand.FirstPacketWritten;
import io.millrace.ingest.publish.PublicationCommand.Noted;
import io.millrace.ingest.publish.PublicationCommand.NoticeRead;
import io.millrace.ingest.publish.PublicationCommand.PacketLost;
import io.millrace.ingest.publish.PublicationCommand.RecordsLost;
import io.millrace.ingest.publish.PublicationCommand.RepeatDue;
import io.millrace.ingest.publish.PublicationCommand.TombstoneRead;
import io.millrace.ingest.publish.PublicationCommand.TracksChanged;
import io.millrace.platform.log.SessionNotice;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * State machine of one publish and the publish's current session: claims a session, announces it, and ends it. If the
 * session is declared over while the encoder still sends, or if the encoder's tracks change, the publish claims another
 * session, unnoticed by the encoder.
 *
 * <p>The heartbeat of the process keeps all of its sessions alive, whatever their publications do. So a notice of a
 * live session, an end and its notice are written again, at each {@code RepeatDue}, until the log accepts them. A
 * claim, its first notice and a packet are not: if the log does not accept one of these, the publish ends.
 *
 * <p>Pure: takes commands, returns steps. Confined to one thread.
 */
final class PublicationState {
    static final long NO_SESSION = -1;

    enum State {
        /** {@code SessionStarted} is being written: for the first session, or for the next one. */
        CLAIMING,
        /**
         * The session has a number, and its notice is being written. Packets are held until the owner of the partition
         * can know of the session.
         */
        ANNOUNCING,
        /** The notice is acknowledged, but none of the session's packets is. */
        CLAIMED,
        /** Packets of the session are in the log. */
        LIVE,
        /**
         * The publish is over, and the end of its session is being written, after the claim if the claim is not
         * acknowledged yet.
         */
        ENDING,
        /** The publish is over, and all its records are acknowledged or have failed for good. */
        ENDED;

        Set<State> next() {
            return switch (this) {
                case CLAIMING -> EnumSet.of(ANNOUNCING, ENDING, ENDED);
                case ANNOUNCING -> EnumSet.of(CLAIMED, CLAIMING, ENDING);
                case CLAIMED -> EnumSet.of(LIVE, CLAIMING, ENDING);
                case LIVE -> EnumSet.of(CLAIMING, ENDING);
                case ENDING -> EnumSet.of(ENDED);
                case ENDED -> EnumSet.noneOf(State.class);
            };
        }
    }

    private static final List<PublicationStep> NOTHING = List.of();

    private State state = State.CLAIMING;
    private long session = NO_SESSION;
    /** The greatest session of the stream whose notice says that it is live, on any node. */
    private long greatestLive = NO_SESSION;
    /** The session that was replaced because of its tracks and has not been ended yet. */
    private long replaced = NO_SESSION;
    /** The publish's earlier sessions that were declared over. There are few, because each takes at least a lease. */
    private final Set<Long> former = new HashSet<>();
    /** Whether a notice of {@link #note} is not acknowledged yet. */
    private boolean notePending;
    /**
     * Whether {@link #note} must be called again: the log did not accept the latest notice, or another one was pending.
     */
    private boolean noteDue;
    /** The step that writes the record of the end that the log did not accept; null if there is none. */
    private PublicationStep endDue;
    /** Null before {@link State#ENDING}. */
    private PublicationEnd end;

    State state() {
        return state;
    }

    /** Returns the number of the current or latest session, or {@link #NO_SESSION} before the first. */
    long session() {
        return session;
    }

    /** Returns the sessions that this publish has or whose ends it still has to write. */
    Set<Long> keeps() {
        Set<Long> kept = new HashSet<>();
        if (hasSession() || state == State.ENDING) {
            kept.add(session);
        }
        kept.add(replaced);
        kept.remove(NO_SESSION);
        return kept;
    }

    /** Returns whether the publish has a session that has not ended. */
    boolean hasSession() {
        return state == State.ANNOUNCING || state == State.CLAIMED || state == State.LIVE;
    }

    /** Returns whether the publish has ended, so that the encoder's messages are ignored. */
    boolean isOver() {
        return state == State.ENDING || state == State.ENDED;
    }

    /** Applies {@code command} and returns the steps to execute, in order. */
    List<PublicationStep> apply(PublicationCommand command) {
        return switch (command) {
            case Claimed(long number) -> claimed(number);
            case ClaimOutdated(long number) -> claimOutdated(number);
            case RecordsLost(long of) -> recordsLost(of);
            case ClaimFailed(String cause) -> claimFailed(cause);
            case Announced(long of) -> announced(of);
            case AnnounceFailed(long of, String cause) -> announceFailed(of, cause);
            case FirstPacketWritten(long of) -> firstPacketWritten(of);
            case PacketLost(long of, String cause) -> isRunning(of) ? end(PublicationEnd.packetLost(cause)) : NOTHING;
            case TracksChanged() -> tracksChanged();
            case RepeatDue() -> repeat();
            case Noted(boolean written) -> {
                notePending = false;
                noteDue |= !written;
                yield NOTHING;
            }
            case NoticeRead(long of, SessionNotice.State noted) -> noticeRead(of, noted);
            case TombstoneRead(long of) -> isRunning(of) ? end(PublicationEnd.forgotten()) : NOTHING;
            case End(PublicationEnd why) -> end(why);
            case EndWritten() -> state == State.ENDING ? List.of(new PublicationStep.NoteEnd(session)) : NOTHING;
            case EndFailed() -> endAgain(new PublicationStep.WriteEnd(session, end));
            case EndNoted() -> finish();
            case EndNoteFailed() -> endAgain(new PublicationStep.NoteEnd(session));
        };
    }

    private List<PublicationStep> claimed(long number) {
        boolean overtaken = session != NO_SESSION && greatestLive > session;
        return switch (state) {
            case CLAIMING -> {
                become(State.ANNOUNCING);
                session = number;
                yield overtaken
                        ? end(PublicationEnd.takenOver(greatestLive))
                        : List.of(new PublicationStep.Announce(number));
            }
            // The encoder left, or the node shuts down, before the claim was acknowledged.
            case ENDING -> {
                session = number;
                yield List.of(new PublicationStep.WriteEnd(number, end), new PublicationStep.Accept());
            }
            case ANNOUNCING, CLAIMED, LIVE -> throw new IllegalStateException("claimed twice");
            case ENDED -> NOTHING;
        };
    }

    private List<PublicationStep> claimOutdated(long number) {
        return state == State.CLAIMING ? List.of(new PublicationStep.ClaimAfterLoss(number)) : claimed(number);
    }

    private List<PublicationStep> recordsLost(long of) {
        if (!isRunning(of)) {
            return NOTHING;
        }
        become(State.CLAIMING);
        return List.of(new PublicationStep.ClaimAfterLoss(of));
    }

    private List<PublicationStep> announced(long of) {
        if (state != State.ANNOUNCING || of != session) {
            return NOTHING;
        }
        become(State.CLAIMED);
        List<PublicationStep> steps = new ArrayList<>(List.of(new PublicationStep.Begin(session)));
        endReplaced(steps);
        steps.add(new PublicationStep.Accept());
        return steps;
    }

    private List<PublicationStep> tracksChanged() {
        if (state != State.CLAIMED && state != State.LIVE) {
            return NOTHING;
        }
        become(State.CLAIMING);
        noteDue = false;
        replaced = session;
        return List.of(new PublicationStep.ClaimForTracks(session));
    }

    private void endReplaced(List<PublicationStep> steps) {
        if (replaced != NO_SESSION) {
            steps.add(new PublicationStep.EndReplaced(replaced));
            replaced = NO_SESSION;
        }
    }

    private List<PublicationStep> announceFailed(long of, String cause) {
        if (state != State.ANNOUNCING || of != session) {
            return NOTHING;
        }
        List<PublicationStep> steps = new ArrayList<>();
        steps.add(new PublicationStep.RefuseClaim(cause));
        steps.addAll(end(PublicationEnd.claimFailed()));
        return steps;
    }

    private List<PublicationStep> claimFailed(String cause) {
        if (state == State.ENDED) {
            return NOTHING;
        }
        List<PublicationStep> steps = new ArrayList<>();
        endReplaced(steps);
        if (state == State.CLAIMING) {
            steps.add(new PublicationStep.Disconnect(PublicationEnd.claimFailed()));
        }
        steps.add(new PublicationStep.RefuseClaim(cause));
        steps.add(new PublicationStep.Finish());
        become(State.ENDED);
        return steps;
    }

    /**
     * Writes the notice that the session is live, even while the session ends: an older publisher on another node must
     * learn of the takeover.
     */
    private List<PublicationStep> firstPacketWritten(long of) {
        if (of != session || state == State.ENDED) {
            return NOTHING;
        }
        if (state == State.CLAIMED) {
            become(State.LIVE);
        }
        return hasSession() ? note() : List.of(new PublicationStep.Note(session, SessionNotice.State.LIVE));
    }

    private List<PublicationStep> repeat() {
        if (endDue != null) {
            PublicationStep again = endDue;
            endDue = null;
            return List.of(again);
        }
        return noteDue && hasSession() ? note() : NOTHING;
    }

    /**
     * Returns the step that writes a notice of the session's state. While the previous notice is not acknowledged, only
     * marks the notice as due, so that notices do not accumulate if the log is slow.
     */
    private List<PublicationStep> note() {
        noteDue = notePending;
        if (notePending) {
            return NOTHING;
        }
        notePending = true;
        SessionNotice.State noted = state == State.LIVE ? SessionNotice.State.LIVE : SessionNotice.State.CLAIMED;
        return List.of(new PublicationStep.Note(session, noted));
    }

    private List<PublicationStep> endAgain(PublicationStep step) {
        endDue = state == State.ENDING ? step : null;
        return NOTHING;
    }

    private List<PublicationStep> noticeRead(long of, SessionNotice.State noted) {
        if (noted == SessionNotice.State.LIVE) {
            greatestLive = Math.max(greatestLive, of);
        }
        if (former.contains(of) && (noted == SessionNotice.State.CLAIMED || noted == SessionNotice.State.LIVE)) {
            // Written before the notice that the session is over was read, and perhaps after the session's tombstone.
            return List.of(new PublicationStep.EndFormer(of));
        }
        if (!hasSession()) {
            return NOTHING;
        }
        if (greatestLive > session) {
            return end(PublicationEnd.takenOver(greatestLive));
        }
        if (of >= session && noted == SessionNotice.State.OVER) {
            // A greater session whose node died may have taken over before anybody could announce that it was live.
            become(State.CLAIMING);
            noteDue = false;
            former.add(session);
            var again = new PublicationStep.ClaimAgain(session, of);
            return of == session ? List.of(again) : List.of(again, new PublicationStep.EndFormer(session));
        }
        // The owner of the partition has suspected this process.
        return of == session && noted == SessionNotice.State.ENDED ? note() : NOTHING;
    }

    /**
     * Ends the publish. Every end starts here, except that of a claim that could not be written. A second call has no
     * effect, so the first reason counts.
     */
    private List<PublicationStep> end(PublicationEnd why) {
        if (isOver()) {
            return NOTHING;
        }
        List<PublicationStep> steps = new ArrayList<>();
        if (hasSession()) {
            steps.add(new PublicationStep.WriteEnd(session, why));
        }
        endReplaced(steps);
        steps.add(new PublicationStep.Disconnect(why));
        if (state == State.ANNOUNCING) {
            steps.add(new PublicationStep.Accept());
        }
        end = why;
        become(State.ENDING);
        return steps;
    }

    private List<PublicationStep> finish() {
        if (state != State.ENDING) {
            return NOTHING;
        }
        become(State.ENDED);
        return List.of(new PublicationStep.Finish());
    }

    private boolean isRunning(long of) {
        return hasSession() && session == of;
    }

    private void become(State next) {
        if (!state.next().contains(next)) {
            throw new IllegalStateException(state + " cannot become " + next);
        }
        state = next;
    }
}
