package io.millrace.ingest.publish;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.ingest.session.SessionLog;
import io.millrace.media.bytes.MediaException;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.publish.PublishAnswer;
import io.millrace.platform.publish.PublishEnd;
import io.millrace.platform.publish.PublishSink;
import io.millrace.platform.publish.Publisher;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.Level;

/**
 * One encoder's publish: writes its packets to the log, and executes the steps that its {@link PublicationState}
 * returns.
 *
 * <p>Owned by the event loop of the encoder's connection, which delivers the messages. All other threads (the
 * producer's, the feed's, the timer's) send commands through a bounded queue; no command is sent per packet.
 */
final class Publication implements PublishSink {
    /** Capacity of the queue, sufficient for minutes of ticks and notices: it fills only if the event loop hangs. */
    private static final int COMMANDS = 1_024;

    private final Publisher publisher;
    private final Valve valve;
    private final PublishContext context;
    private final PublisherLog log;
    private final CommandQueue<PublicationCommand> commands;
    private final PublicationProxy proxy;
    private final PublicationState state = new PublicationState();
    private final MediaGuard guard;
    private final PacketFlow packets;
    private final CompletableFuture<PublishAnswer> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private SessionRecords records;
    /** Records of the session that was replaced because of its tracks; null while there is none. */
    private SessionRecords replacedRecords;
    /** Whether the end of the session has been sent to the log, accepted or not. */
    private boolean ends;
    /** A copy of {@link PublicationState#keeps} for other threads. */
    private volatile Set<Long> sessions = Set.of();

    Publication(SessionRecords records, Publisher publisher, Valve valve, TrackGate tracks, PublishContext context) {
        this.records = records;
        this.publisher = publisher;
        this.valve = valve;
        this.context = context;
        this.log = new PublisherLog(context.log(), records.source().stream(), records.source().encoder().address());
        this.commands = new CommandQueue<>(COMMANDS, publisher.loop(), this::handle,
                () -> handle(new PublicationCommand.End(PublicationEnd.internalError("the event loop hangs"))));
        this.proxy = new PublicationProxy(commands, publisher, number -> sessions.contains(number), finished);
        this.guard = new MediaGuard(context, log);
        this.packets = new PacketFlow(records, valve, tracks, context, commands);
    }

    /** Returns the proxy for threads that do not own this publication. */
    PublicationProxy proxy() {
        return proxy;
    }

    /**
     * Writes the claim and returns immediately. Must be called once, on any thread. The result completes when the
     * encoder is accepted or refused: after the claim and its notice are acknowledged, or one of the two has failed.
     */
    CompletionStage<PublishAnswer> claim() {
        claim(records);
        return answer;
    }

    private void claim(SessionRecords of) {
        of.started((offset, failure) -> claimDone(of, offset, failure));
    }

    private void claimDone(SessionRecords of, long offset, Exception failure) {
        if (failure != null) {
            commands.offer(new PublicationCommand.ClaimFailed(failure.getMessage()));
            return;
        }
        long session = of.session(offset);
        commands.offer(of.showsLoss(session)
                ? new PublicationCommand.ClaimOutdated(session)
                : new PublicationCommand.Claimed(session));
    }

    @Override
    public void message(Kind kind, long timestampMs, ByteBuffer body) {
        if (state.isOver()) {
            return;
        }
        PublicationEnd end = guard.received(state.session(), body.remaining());
        if (end == null) {
            try {
                if (packets.message(kind, timestampMs, body)) {
                    apply(new PublicationCommand.TracksChanged());
                }
            } catch (MediaException e) {
                end = guard.dropped(state.session(), e);
            }
        }
        if (end != null) {
            apply(new PublicationCommand.End(end));
        }
    }

    @Override
    public void ended(End end, String detail) {
        apply(new PublicationCommand.End(PublicationEnd.encoderGone(end, detail)));
    }

    /** Applies {@code command}. A bug in one publication ends only that publication. */
    private void handle(PublicationCommand command) {
        try {
            apply(command);
        } catch (RuntimeException bug) {
            log.write(Level.ERROR, "session {} is ended because of a bug, please report it", state.session(), bug);
            try {
                apply(new PublicationCommand.End(PublicationEnd.internalError("a bug: " + bug)));
            } catch (RuntimeException again) {
                log.write(Level.ERROR, "session {} cannot be ended because of a bug, please report it",
                        state.session(), again);
                finished.complete(null);
            }
        }
    }

    private void apply(PublicationCommand command) {
        boolean had = state.hasSession();
        if (command instanceof PublicationCommand.RepeatDue) {
            packets.tick();
        }
        var steps = state.apply(command);
        sessions = state.keeps();
        if (state.hasSession() && !had) {
            context.meters().sessionBegan();
        } else if (had && !state.hasSession()) {
            context.meters().sessionEnded();
        }
        for (PublicationStep step : steps) {
            take(step);
        }
    }

    private void take(PublicationStep step) {
        switch (step) {
            case PublicationStep.Announce(long session) -> announce(session);
            case PublicationStep.Begin(long session) -> begin(session);
            case PublicationStep.Accept() -> answer.complete(new PublishAnswer.Accepted(this));
            case PublicationStep.ClaimAgain(long session, long over) -> claimAgain(session, over);
            case PublicationStep.ClaimForTracks(long session) -> claimForTracks(session);
            case PublicationStep.EndReplaced(long session) -> endReplaced(session);
            case PublicationStep.EndFormer(long session) ->
                context.orphans().add(records.notice(session, SessionNotice.State.LIVE));
            case PublicationStep.ClaimAfterLoss(long session) -> claimAfterLoss(session);
            case PublicationStep.Note(long session, SessionNotice.State noted) ->
                records.notice(session, noted,
                        (_, failure) -> commands.offer(new PublicationCommand.Noted(failure == null)));
            case PublicationStep.WriteEnd(long session, PublicationEnd end) -> writeEnd(session, end);
            case PublicationStep.NoteEnd(long session) -> records.notice(session, SessionNotice.State.ENDED,
                    (_, failure) -> commands.offer(failure == null
                            ? new PublicationCommand.EndNoted()
                            : new PublicationCommand.EndNoteFailed()));
            case PublicationStep.Disconnect(PublicationEnd end) -> disconnect(end);
            case PublicationStep.RefuseClaim(String cause) -> refuseClaim(cause);
            case PublicationStep.Finish() -> finished.complete(null);
        }
    }

    private void announce(long session) {
        records.notice(session, SessionNotice.State.CLAIMED, (_, failure) -> commands.offer(failure == null
                ? new PublicationCommand.Announced(session)
                : new PublicationCommand.AnnounceFailed(session, failure.getMessage())));
    }

    private void begin(long session) {
        log.write(Level.INFO, "session {} begins, from {} ({})", session, records.source().encoder().address(),
                records.source().encoder().client());
        packets.begin(session);
        valve.hold(false);
    }

    private void claimAgain(long session, long over) {
        log.write(Level.WARN, "session {} claims again because session {} was declared over while its encoder is "
                + "connected", session, over);
        context.meters().claimedAgain();
        packets.hold();
        claimNext(records.again(over, context.random()));
    }

    private void claimAfterLoss(long session) {
        SessionRecords next = records.afterLoss(session, context.random());
        log.write(Level.ERROR, "the log has lost records: session {} is replaced by one of generation {}", session,
                next.start().generation());
        context.meters().claimedAgain();
        packets.hold();
        claimNext(next);
    }

    private void claimForTracks(long session) {
        log.write(Level.INFO,
                "session {} is claimed again because the encoder's tracks have changed to {}: players have to load the"
                        + " stream again",
                session, packets.tracks().words());
        context.meters().tracksChanged();
        replacedRecords = records;
        claimNext(records.again(session, context.random()));
    }

    private void claimNext(SessionRecords next) {
        valve.hold(true);
        records = next;
        claim(next);
    }

    /**
     * Ends the session that was replaced because of its tracks. If the log does not accept a record,
     * {@link OrphanedSessions} repeats it.
     */
    private void endReplaced(long session) {
        SessionNotice live = replacedRecords.notice(session, SessionNotice.State.LIVE);
        SessionLog.Outcome outcome = (_, failure) -> {
            if (failure != null) {
                context.orphans().add(live);
            }
        };
        replacedRecords.ended(session, SessionEnded.Reason.CLOSED_BY_SERVER, "the encoder's tracks have changed",
                outcome);
        replacedRecords.notice(session, SessionNotice.State.ENDED, outcome);
        replacedRecords = null;
    }

    /**
     * Writes the end to {@code packets}. The notice in {@code sessions} follows when the end is acknowledged, so that a
     * reader of the notice finds the end.
     */
    private void writeEnd(long session, PublicationEnd end) {
        if (!ends) { // otherwise the log did not accept the end before
            ends = true;
            packets.flush();
            log.write(Level.INFO, "session {} ends after {} packets: {} ({})", session, packets.count(), end.reason(),
                    end.detail());
        }
        records.ended(session, end.reason(), end.detail(), (_, failure) -> commands.offer(failure == null
                ? new PublicationCommand.EndWritten()
                : new PublicationCommand.EndFailed()));
    }

    private void disconnect(PublicationEnd end) {
        packets.stop();
        IngestMeters meters = context.meters();
        if (end.cause() == PublishEnd.TAKEN_OVER) {
            meters.takenOver();
        } else if (end.cause() == PublishEnd.PACKET_LOST) {
            meters.failed();
        }
        if (end.cause() != null) {
            publisher.close(end.cause(), end.description());
        }
    }

    private void refuseClaim(String cause) {
        log.write(Level.WARN, "the log did not accept the claim of {}: {}", records.source().encoder().address(),
                cause);
        answer.complete(new PublishAnswer.Refused(PublishEnd.CLAIM_FAILED, PublicationEnd.LOG_OUT_OF_REACH));
    }
}
