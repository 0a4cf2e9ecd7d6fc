package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cue;
import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.StreamEvent.Type;
import io.millrace.platform.timeline.SessionEvent;
import io.millrace.platform.timeline.SessionFold;
import java.util.Locale;

/**
 * Creates the events of a stream, for one log record after the other. They depend on the records of the stream alone, so a
 * segmenter that folds a record again creates the same events. Confined to the thread of its fold.
 */
final class StreamEvents {
    private String stream;
    private Step step;
    private long position;
    private int firstNumber;
    private long atMs;

    /** Adds the next events to {@code step}, as those of {@code record}, which {@code sessions} has folded. */
    void begin(String stream, Step step, SessionFold sessions, long offset, PacketsRecord record) {
        begin(stream, step, position(sessions, offset), 0, switch (record) {
            case Packet packet -> packet.arrivalUs() / 1_000;
            case SessionStarted claim -> claim.startedAtMs();
            case SessionTracks _ -> sessions.started() == null ? 0 : sessions.started().startedAtMs();
            case SessionEnded ended -> ended.endedAtMs();
            case GraceOver over -> over.atMs();
            case CueRequest request -> request.requestedAtMs();
        });
    }

    /** Adds the next events to {@code step}, as those of a loss of records. */
    void beginLoss(String stream, Step step, SessionFold sessions, long lastOffset, long atMs) {
        begin(stream, step, position(sessions, lastOffset), StreamEvent.Cause.LOSS, atMs);
    }

    private void begin(String stream, Step step, long position, int firstNumber, long atMs) {
        this.stream = stream;
        this.step = step;
        this.position = position;
        this.firstNumber = firstNumber;
        this.atMs = atMs;
    }

    private static long position(SessionFold sessions, long offset) {
        return SessionStarted.number(SessionStarted.generation(sessions.session()), offset);
    }

    /**
     * Adds the event that reports {@code event}.
     *
     * @param before state of the stream before the record
     */
    void add(SessionEvent event, SessionFold.State before, long epoch) {
        switch (event) {
            case SessionEvent.EpochBegan _ -> {
                // Reported with the session that takes over.
            }
            case SessionEvent.TookOver(long session, SessionStarted started) ->
                add(taken(session == epoch, before), epoch, session, "", started.encoder().client());
            case SessionEvent.Left(long session, _, SessionEnded.Reason reason) ->
                add(Type.AWAY, epoch, session, reason.name().toLowerCase(Locale.ROOT), "");
            case SessionEvent.Returned(long session) -> add(Type.BACK, epoch, session, "", "");
            case SessionEvent.EpochOver(long ended, _) -> add(Type.ENDED, ended, -1, "", "");
        }
    }

    private static Type taken(boolean isFirst, SessionFold.State before) {
        if (isFirst) {
            return Type.PUBLISHED;
        }
        return before == SessionFold.State.GRACE ? Type.BACK : Type.TOOK_OVER;
    }

    /** Adds the event that reports a cue. */
    void add(Cue cue, long epoch, long session) {
        step.event(new StreamEvent(stream, Type.CUE, cause(), epoch, session, atMs, "", "", cue));
    }

    /** @param session -1 for an event of the epoch as a whole */
    void add(Type type, long epoch, long session, String code, String text) {
        step.event(new StreamEvent(stream, type, cause(), epoch, session, atMs, code, text));
    }

    private StreamEvent.Cause cause() {
        return new StreamEvent.Cause(position, firstNumber + step.events().size());
    }
}
