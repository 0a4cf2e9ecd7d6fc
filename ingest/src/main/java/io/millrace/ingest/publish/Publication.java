package io.millrace.ingest.publish;

import io.millrace.ingest.IngestMeters;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.rtmp.CloseReason;
import io.millrace.platform.rtmp.PublishAnswer;
import io.millrace.platform.rtmp.PublishSink;
import io.millrace.platform.rtmp.Publisher;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.event.Level;

/**
 * One encoder's publish and the session that it has: claims a number, notes it, keeps it alive, says when it ends. If the
 * session is declared over while the encoder still sends, it claims again and the encoder notices nothing.
 *
 * <p>Messages come from the connection's event loop, outcomes from the producer's thread, news from the feed's thread, the
 * heartbeat from a timer: one lock orders them. It is held for the time of a {@code send}, which never blocks, and is
 * contended about once a second.
 */
final class Publication implements PublishSink, PacketFlow.Outcome {
    /** Said to encoders, of those who come and of those who are here. */
    static final String DISK_FULL = "The server's disk is nearly full, try again later";
    private static final long NO_SESSION = -1;

    enum State {
        /** {@code SessionStarted} is on its way: for the first time, or again after {@code OVER}. */
        CLAIMING,
        /** It has a number, and none of its packets is acknowledged. */
        CLAIMED,
        /** Packets of it are in the log. */
        LIVE,
        /** Nothing more is written but the end. From everywhere, for ever. */
        ENDED
    }

    private final Publisher publisher;
    private final Valve valve;
    private final IngestMeters meters;
    private final PublishContext context;
    private final CompletableFuture<PublishAnswer> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    private final Object lock = new Object();
    private final PacketFlow packets;
    private final MalformedAllowance malformed;
    /** Null without one. */
    private final BitrateCeiling ceiling;
    private SessionRecords records;
    private State state = State.CLAIMING;
    private long session = NO_SESSION;
    /** The greatest session of the stream that was seen live, of whatever node. */
    private long greatestLive = NO_SESSION;
    private boolean heartbeatOnItsWay;
    /** What was dropped of it and is known from the log. */
    private final Set<IngestMeters.Drop> told = EnumSet.noneOf(IngestMeters.Drop.class);
    private SessionEnded.Reason endReason;
    private String endDetail;

    /** Why the encoder is closed by its own doing. */
    private record Trouble(CloseReason reason, String code, String description) {}

    Publication(SessionRecords records, Publisher publisher, Valve valve, PublishContext context) {
        this.records = records;
        this.publisher = publisher;
        this.valve = valve;
        this.context = context;
        this.meters = context.meters();
        this.packets = new PacketFlow(records, valve, context, this);
        this.ceiling = context.ceilingBitsPerSecond() == 0
                ? null
                : new BitrateCeiling(context.ceilingBitsPerSecond());
        this.malformed = new MalformedAllowance(context.media().malformedPerMinute());
    }

    /** Done when nothing of this publish is on its way any more. */
    CompletableFuture<Void> finished() {
        return finished;
    }

    /** Writes the claim. The answer comes with its acknowledgement: one round trip to the log and to nobody else. */
    CompletionStage<PublishAnswer> claim() {
        records.started(this::claimed);
        return answer;
    }

    private void claimed(long offset, Exception failure) {
        if (failure == null) {
            answer.complete(claimed(offset));
        } else {
            answer.complete(claimFailed(failure));
        }
    }

    private PublishAnswer claimed(long number) {
        synchronized (lock) {
            if (state == State.CLAIMING && session != NO_SESSION && greatestLive > session) {
                end(SessionEnded.Reason.CLOSED_BY_SERVER, "taken over while it was claimed again");
            }
            session = number;
            if (state == State.CLAIMING) {
                begin();
                valve.hold(false);
            } else {
                // The encoder left, or a newer one came, while the claim was on its way.
                writeEnd();
            }
        }
        return new PublishAnswer.Accepted(this);
    }

    private PublishAnswer claimFailed(Exception failure) {
        synchronized (lock) {
            context.log(Level.WARN, records.address(), "{}: the log did not take the claim of {}: {}", records.stream(),
                    records.address(),
                    failure.getMessage());
            end(SessionEnded.Reason.CLOSED_BY_SERVER, "the claim failed");
        }
        finished.complete(null);
        // For a first claim the answer says it; an encoder that has been accepted is told here.
        publisher.close(CloseReason.LOG, StatusCodes.FAILED, "The log is out of reach, connect again");
        return new PublishAnswer.Refused(StatusCodes.FAILED, "The log is out of reach, connect again");
    }

    /** Holding the lock. */
    private void begin() {
        state = State.CLAIMED;
        meters.sessionBegan();
        context.log(Level.INFO, records.address(), "{}: session {} begins, from {} ({})", records.stream(), session,
                records.address(),
                records.client());
        records.notice(session, SessionNotice.State.CLAIMED, (_, _) -> {});
        packets.begin(session);
    }

    @Override
    public void message(Kind kind, int timestamp, ByteBuffer body) {
        Trouble trouble;
        synchronized (lock) {
            if (state == State.ENDED) {
                return;
            }
            trouble = spend(body.remaining());
            if (trouble == null) {
                trouble = write(kind, timestamp, body);
            }
            if (trouble != null) {
                end(SessionEnded.Reason.CLOSED_BY_SERVER, trouble.description());
            }
        }
        if (trouble != null) {
            publisher.close(trouble.reason(), trouble.code(), trouble.description());
        }
    }

    /** Holding the lock: what the encoder has to be told before it is closed, or null. */
    private Trouble write(Kind kind, int timestamp, ByteBuffer body) {
        try {
            packets.message(kind, timestamp, body);
        } catch (UnsupportedException e) {
            dropped(IngestMeters.Drop.UNSUPPORTED_CODEC, e);
        } catch (OverLimitException e) {
            return wrong(IngestMeters.Drop.OVER_LIMIT, e);
        } catch (MalformedException e) {
            return wrong(IngestMeters.Drop.MALFORMED, e);
        }
        return null;
    }

    /** Holding the lock. Said once a session: a meter does not know whose it was. */
    private void dropped(IngestMeters.Drop reason, MediaException fault) {
        meters.dropped(reason);
        if (told.add(reason)) {
            context.log(Level.WARN, records.address(), "{}: session {} sends what is dropped as {}: {}",
                    records.stream(), session, reason.word(),
                    fault.getMessage());
        }
    }

    /** Holding the lock. */
    private Trouble wrong(IngestMeters.Drop reason, MediaException fault) {
        dropped(reason, fault);
        return malformed.exceeded(context.clock().millis())
                ? new Trouble(CloseReason.MALFORMED, StatusCodes.FAILED,
                        "Too many malformed messages, the last: " + fault.getMessage())
                : null;
    }

    /** Holding the lock: the same of the bitrate. */
    private Trouble spend(int sizeBytes) {
        if (ceiling == null) {
            return null;
        }
        return switch (ceiling.spend(sizeBytes, context.clock().millis())) {
            case WITHIN -> null;
            case WARN -> {
                meters.nearCeiling();
                context.log(Level.WARN, records.address(),
                        "{}: session {} sends more than the {} kbit/s that are allowed, and will be closed",
                        records.stream(), session, context.ceilingBitsPerSecond() / 1_000);
                yield null;
            }
            case OVER -> new Trouble(CloseReason.BITRATE, StatusCodes.REJECTED, "The bitrate is over the "
                    + context.ceilingBitsPerSecond() / 1_000 + " kbit/s that are allowed");
        };
    }

    /** Also behind the end, which is acknowledged later: an older publisher has to learn that it was taken over. */
    @Override
    public void begun(long begunSession) {
        synchronized (lock) {
            if (session != begunSession) {
                return;
            }
            if (state == State.CLAIMED) {
                state = State.LIVE;
            }
            records.notice(session, SessionNotice.State.LIVE, (_, _) -> {});
        }
    }

    /** A gap that cannot be mended: what follows would be taken for the whole. */
    @Override
    public void lost(long lostSession, Exception failure) {
        synchronized (lock) {
            if (!isRunning() || session != lostSession) {
                return;
            }
            end(SessionEnded.Reason.CLOSED_BY_SERVER, "the log did not take a packet: " + failure.getMessage());
        }
        meters.failed();
        publisher.close(CloseReason.LOG, StatusCodes.FAILED, "The log did not take a packet, connect again");
    }

    /** Repeats what is true of the session. Skipped while the one before is on its way, so that none pile up. */
    void heartbeat() {
        synchronized (lock) {
            if (heartbeatOnItsWay || !isRunning()) {
                return;
            }
            heartbeatOnItsWay = true;
            var noticed = state == State.LIVE ? SessionNotice.State.LIVE : SessionNotice.State.CLAIMED;
            records.notice(session, noticed, (_, _) -> {
                synchronized (lock) {
                    heartbeatOnItsWay = false;
                }
            });
        }
    }

    /** A notice of this stream was read, of this session or another one. */
    void heard(SessionNotice notice) {
        boolean takenOver = false;
        synchronized (lock) {
            if (notice.state() == SessionNotice.State.LIVE) {
                greatestLive = Math.max(greatestLive, notice.session());
            }
            if (isRunning() && greatestLive > session) {
                takenOver = true;
                end(SessionEnded.Reason.CLOSED_BY_SERVER, "taken over by session " + greatestLive);
            } else if (isRunning() && notice.session() == session
                    && notice.state() == SessionNotice.State.OVER) {
                claimAgain();
            }
        }
        if (takenOver) {
            meters.takenOver();
            publisher.close(CloseReason.TAKEN_OVER, StatusCodes.BAD_NAME, "Taken over by a newer publisher");
        }
    }

    /** The topic has forgotten {@code gone}: if it is still written, nobody would hear of it again. */
    void forgotten(long gone) {
        synchronized (lock) {
            if (!isRunning() || session != gone) {
                return;
            }
            end(SessionEnded.Reason.CLOSED_BY_SERVER, "forgotten by the other nodes");
        }
        publisher.close(CloseReason.TAKEN_OVER, StatusCodes.FAILED, "The session is over, connect again");
    }

    /** Holding the lock: the end of the old session is in the log already. */
    private void claimAgain() {
        context.log(Level.WARN, records.address(),
                "{}: session {} was declared over and its encoder is here, it claims again", records.stream(),
                session);
        meters.sessionEnded();
        meters.claimedAgain();
        state = State.CLAIMING;
        packets.hold();
        valve.hold(true);
        records = records.again();
        records.started(this::claimed);
    }

    @Override
    public void ended(End end, String detail) {
        end(switch (end) {
            case UNPUBLISHED -> SessionEnded.Reason.UNPUBLISHED;
            case DISCONNECTED -> SessionEnded.Reason.DISCONNECTED;
            case CLOSED_BY_SERVER -> SessionEnded.Reason.CLOSED_BY_SERVER;
        }, detail);
    }

    /** Whether its encoder leaves by itself when it is asked to. */
    boolean leavesWhenAsked() {
        return publisher.knowsReconnect();
    }

    void askToLeave() {
        publisher.requestReconnect("The node shuts down, connect again");
    }

    /** The node shuts down: the end is written now, whatever becomes of the connection. */
    void shutDown() {
        end(SessionEnded.Reason.CLOSED_BY_SERVER, "the node shuts down");
        publisher.close(CloseReason.SHUTDOWN, StatusCodes.FAILED, "The server shuts down, connect again");
    }

    /** The log has no room: ended before the broker fails, which would end everybody's past, too. */
    void diskFull() {
        end(SessionEnded.Reason.CLOSED_BY_SERVER, "the disk of the log is nearly full");
        publisher.close(CloseReason.DISK_FULL, StatusCodes.REJECTED, DISK_FULL);
    }

    private void end(SessionEnded.Reason reason, String detail) {
        synchronized (lock) {
            if (state == State.ENDED) {
                return;
            }
            boolean running = isRunning();
            state = State.ENDED;
            endReason = reason;
            endDetail = detail;
            packets.stop();
            if (running) {
                meters.sessionEnded();
                writeEnd();
            }
        }
    }

    /** Holding the lock: first {@code packets}, then {@code sessions}, so that who reads the second finds the first. */
    private void writeEnd() {
        context.log(Level.INFO, records.address(), "{}: session {} ends after {} packets: {} ({})", records.stream(),
                session, packets.count(),
                endReason, endDetail);
        long ended = session;
        records.ended(ended, endReason, endDetail, (_, failure) -> {
            if (failure == null) {
                records.notice(ended, SessionNotice.State.ENDED, (_, _) -> finished.complete(null));
            } else {
                // Its heartbeats have stopped, so the owner of the partition writes the end.
                finished.complete(null);
            }
        });
    }

    private boolean isRunning() {
        return state == State.CLAIMED || state == State.LIVE;
    }
}
