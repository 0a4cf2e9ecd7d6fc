package io.millrace.outbound.relay;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.outbound.relay.RelayMeters.Failure;
import io.millrace.outbound.relay.RelayPlan.Work;
import io.millrace.outbound.relay.RelayState.Phase;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.EpochTags;
import io.millrace.tools.past.ExpiredPositionException;
import io.millrace.tools.past.LogTag;
import io.millrace.tools.push.Backoff;
import io.millrace.tools.push.MediaSink;
import io.millrace.tools.push.PaceClock;
import io.millrace.tools.push.PacedPublisher;
import io.millrace.tools.push.SendPace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay of one stream, for as long as this process owns the stream's partition: publishes one epoch after the other,
 * reconnects, and records its position. Has a virtual thread of its own, which owns everything; {@link #changed},
 * {@link #cancel}, {@link #discard}, {@link #join} and {@link #state} may be called from any thread.
 */
final class Relay {
    /** How fast media that is behind is sent, compared with real time. */
    private static final int CATCH_UP_SPEED = 4;
    /** A session that lasted this long shows that the target works: the next pause is a short one. */
    private static final long HEALTHY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    /**
     * What all relays of a process share.
     *
     * @param sessions permits for sessions, which bound their memory
     */
    record Shared(String node, KafkaClients kafka, StateWriter states, RelayMeters meters, Semaphore sessions) {}

    private final RelayTarget target;
    private final StreamDirectory directory;
    private final Shared shared;
    private final InstantSource clock = InstantSource.system();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final Semaphore changes = new Semaphore(0);
    private final Backoff backoff = new Backoff();
    private final Thread thread;
    private RelayPosition position;
    private volatile RelayState state;
    /** Arrival time of the newest media that was sent, ms since 1970; 0 before the first. */
    private volatile long sentArrivalMs;
    /** Whether a write to the target is in progress. */
    private volatile boolean writing;
    private volatile boolean discarded;

    /** @param recorded the newest recorded state; null if there is none */
    Relay(RelayTarget target, RelayState recorded, StreamDirectory directory, Shared shared) {
        this.target = target;
        this.directory = directory;
        this.shared = shared;
        position = recorded == null ? RelayPosition.NONE : recorded.position();
        state = new RelayState(target.key(), shared.node(), Phase.WAITING, clock.millis(), 0,
                recorded == null ? null : recorded.error(), position);
        thread = Thread.ofVirtual().name("relay " + target.key()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Reports a change of the stream's directory entries. */
    void changed() {
        changes.release();
    }

    /** Makes the relay end. Returns at once. */
    void cancel() {
        cancelled.countDown();
        thread.interrupt();
    }

    /** Makes the relay record nothing more, because its state is removed. */
    void discard() {
        discarded = true;
    }

    /** Waits for the end of the relay. */
    void join(Duration limit) throws InterruptedException {
        if (!thread.join(limit)) {
            log.warn("{}: relay {} did not end within {} s; the target may see two publishers for a while",
                    target.key().stream(), target.key().relay(), limit.toSeconds());
        }
    }

    /** Returns the current state. */
    RelayState state() {
        RelayState now = state;
        boolean waits = now.phase() == Phase.WAITING || now.phase() == Phase.SENDING && !writing;
        return waits ? now : now.withBehindMs(Math.max(now.behindMs(), behindMs()));
    }

    private void run() {
        try {
            while (cancelled.getCount() > 0) {
                step();
            }
            enter(Phase.STOPPED, null);
        } catch (InterruptedException | InterruptException _) {
            // Only cancel() interrupts.
            boolean _ = Thread.interrupted();
            enter(Phase.STOPPED, null);
        } catch (RuntimeException | Error e) {
            // Other relays are not affected. Without this, the state would remain what it was.
            log.error("{}: relay {} has failed and stays ended in this process; this is a bug",
                    target.key().stream(), target.key().relay(), e);
            enter(Phase.FAILED, "internal error");
        }
    }

    private void step() throws InterruptedException {
        changes.drainPermits();
        Optional<Work> work = RelayPlan.next(target.from(), position, directory.history(target.key().stream()),
                clock.millis());
        if (work.isEmpty()) {
            enter(Phase.WAITING, null);
            changes.acquire();
            return;
        }
        Optional<Interruption> interruption = withPermit(work.get());
        // Without the permit, so that a target that fails takes no memory from others.
        if (interruption.isPresent() && cancelled.getCount() > 0) {
            retry(interruption.get());
        }
    }

    /**
     * Why a session ended early.
     *
     * @param healthy whether it has lasted long enough to show that the target works
     */
    private record Interruption(Failure failure, String reason, boolean healthy) {}

    private Optional<Interruption> withPermit(Work work) throws InterruptedException {
        if (!shared.sessions().tryAcquire()) {
            enter(Phase.WAITING, "this process has no memory for more relays; start another one, or raise its heap");
            shared.sessions().acquire();
        }
        long sinceNanos = System.nanoTime();
        try {
            attempt(work);
            return Optional.empty();
        } catch (ExpiredPositionException e) {
            // What follows is sent from the newest keyframe on.
            position = RelayPosition.NONE;
            return interruption(Failure.EXPIRED, e.getMessage(), sinceNanos);
        } catch (MediaException e) {
            over(work, "RTMP cannot carry it: " + e.getMessage());
            return Optional.empty();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            return interruption(Failure.LOG, "cannot read the log: " + e.getMessage(), sinceNanos);
        } catch (IOException e) {
            return interruption(state.phase() == Phase.CONNECTING ? Failure.REFUSED : Failure.LOST,
                    target.redacted(e), sinceNanos);
        } finally {
            writing = false;
            shared.sessions().release();
        }
    }

    private static Optional<Interruption> interruption(Failure failure, String reason, long sinceNanos) {
        return Optional.of(new Interruption(failure, reason, System.nanoTime() - sinceNanos > HEALTHY_NANOS));
    }

    /** Publishes the epoch to its end, or until the relay is cancelled. */
    private void attempt(Work work) throws IOException, InterruptedException {
        Optional<TagEvent.Reason> end;
        try (EpochTags tags = open(work); KafkaClients.Closing _ = Thread::interrupted) {
            RelaySource source = new RelaySource(tags::next, skip(work), clock);
            if (source.awaitFrame()) {
                enter(Phase.CONNECTING, state.error());
                publish(source);
            }
            end = source.end();
        }
        if (cancelled.getCount() > 0) {
            over(work, end.map(TagEvent.Reason::label).orElse("no media follows"));
        }
    }

    private void over(Work work, String why) {
        log.info("{}: relay {} has finished broadcast {}: {}", target.key().stream(), target.key().relay(),
                work.epoch().name(), why);
        position = RelayPosition.after(work.epoch().epoch());
        enter(Phase.WAITING, null);
    }

    private void publish(RelaySource source) throws IOException, InterruptedException {
        try (MediaSink sink = target.connect();
                // Otherwise the interrupt that ends the relay would also interrupt the closing of its connection.
                KafkaClients.Closing _ = Thread::interrupted) {
            enter(Phase.SENDING, null);
            log.info("{}: relay {} publishes to {}", target.key().stream(), target.key().relay(), target.shown());
            SentKeyframes keyframes = new SentKeyframes();
            new PacedPublisher(source, metered(sink), PaceClock.SYSTEM, cancelled, (_, _) -> sent(source, keyframes),
                    startNanos -> SendPace.catchingUp(startNanos, CATCH_UP_SPEED)).run();
        }
    }

    private EpochTags open(Work work) {
        return switch (work) {
            case Work.Beginning(var epoch) -> EpochTags.beginning(shared.kafka(), epoch, this::withdrawals);
            case Work.Resume(var epoch, var at) -> EpochTags.at(shared.kafka(), epoch, at, this::withdrawals);
            case Work.Newest(var epoch) -> EpochTags.newest(shared.kafka(), epoch, clock.millis())
                    .map(at -> EpochTags.at(shared.kafka(), epoch, at, this::withdrawals))
                    .orElseGet(() -> EpochTags.beginning(shared.kafka(), epoch, this::withdrawals));
        };
    }

    private Withdrawals withdrawals() {
        return directory.withdrawals(target.key().stream());
    }

    private LiveSkip skip(Work work) {
        return switch (target.from()) {
            case STOPPED -> LiveSkip.none();
            case LIVE -> work instanceof Work.Resume ? LiveSkip.from(clock.millis()) : LiveSkip.whenBehind();
        };
    }

    private MediaSink metered(MediaSink sink) {
        return new MediaSink() {
            @Override
            public void send(MediaKind kind, long timestampMs, ByteBuffer body) throws IOException {
                int sizeBytes = body.remaining();
                writing = true;
                sink.send(kind, timestampMs, body);
                writing = false;
                shared.meters().sent(sizeBytes);
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }

    private void sent(RelaySource source, SentKeyframes keyframes) {
        Optional<LogTag> frame = source.taken();
        if (frame.isEmpty()) {
            return;
        }
        sentArrivalMs = frame.get().arrivalMs();
        long gapMs = source.takeGapMs();
        if (gapMs > 0) {
            shared.meters().omitted(gapMs);
            log.warn("{}: relay {} has omitted {} ms in order to be live", target.key().stream(),
                    target.key().relay(), gapMs);
        }
        keyframes.sent(frame.get().position(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime())).ifPresent(at -> {
            position = RelayPosition.of(at);
            write(new RelayState(target.key(), shared.node(), Phase.SENDING, state.sinceMs(), behindMs(), null,
                    position));
        });
    }

    private long behindMs() {
        return sentArrivalMs == 0 ? 0 : Math.max(0, clock.millis() - sentArrivalMs);
    }

    private void retry(Interruption why) throws InterruptedException {
        shared.meters().failed(why.failure());
        if (why.healthy()) {
            backoff.reset();
        }
        Duration pause = backoff.next();
        log.warn("{}: relay {} to {} was interrupted: {}; retrying in {} s", target.key().stream(),
                target.key().relay(), target.shown(), why.reason(), pause.toSeconds());
        enter(Phase.RETRYING, why.reason());
        boolean _ = cancelled.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void enter(Phase phase, String error) {
        if (state.phase() != phase || !Objects.equals(error, state.error()) || !position.equals(state.position())) {
            write(new RelayState(target.key(), shared.node(), phase, clock.millis(),
                    phase == Phase.WAITING ? 0 : behindMs(), error, position));
        }
    }

    private void write(RelayState next) {
        state = next;
        if (!discarded) {
            shared.states().write(next);
        }
    }
}
