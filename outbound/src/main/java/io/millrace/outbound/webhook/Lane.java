package io.millrace.outbound.webhook;

import io.millrace.platform.FatalError;
import io.millrace.platform.log.EventFold;
import io.millrace.platform.log.Redelivery;
import io.millrace.platform.log.StreamEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the events of one partition to one target, one after the other: the next event of the partition waits until
 * the target has accepted the event, or the event is a dead letter. The partition is one of {@code events}, or one of
 * {@code dead-letters}, where operators request to send an event again. So an event that is sent again holds no new
 * event. Owns one virtual thread. {@link WebhookLoop} passes in batches and commits {@link #nextOffset}.
 */
final class Lane {
    private static final Logger log = LoggerFactory.getLogger(Lane.class);
    /** Time until the next attempt to write a dead letter. */
    private static final Duration LETTER_WAIT = Duration.ofSeconds(1);
    /** A batch and the end of the lane. */
    private static final int QUEUED = 2;

    private final Shared shared;
    private final TopicPartition partition;
    private final EventFold fold;
    private final BlockingQueue<Batch> batches = new ArrayBlockingQueue<>(QUEUED);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean idle = true;
    private volatile long nextOffset = -1;
    private volatile Status status = Status.NEW;

    /**
     * What the lanes of a webhook share.
     *
     * @param streams limit of the streams whose repetitions a lane recognizes
     */
    record Shared(WebhookTarget target, WebhookClient client, DeadLetters letters, WebhookMeters.OfTarget meters,
            int streams, InstantSource clock, FatalError fatal) {}

    /**
     * Records of the partition, in order.
     *
     * @param steps the events in them
     * @param endOffset the offset after the newest of them
     */
    record Batch(List<Step> steps, long endOffset) {
        private static final Batch END = new Batch(List.of(), -1);
    }

    /**
     * A record that has an event to deliver.
     *
     * @param offset offset of the record
     * @param isRedelivery whether an operator has requested it, so that neither the filter nor an earlier delivery of the
     *        event matters
     */
    record Step(Delivery delivery, long offset, boolean isRedelivery) {}

    /**
     * @param lastResult result of the last attempt, null before the first
     * @param lastAtMs time of the last attempt, ms since 1970
     * @param failingSinceMs when the first of the newest failures occurred, ms since 1970; 0 if the last attempt was
     *        successful
     */
    record Status(String lastResult, long lastAtMs, long failingSinceMs) {
        static final Status NEW = new Status(null, 0, 0);
    }

    /** @param partition of {@code events} or {@code dead-letters} */
    Lane(Shared shared, TopicPartition partition) {
        this.shared = shared;
        this.partition = partition;
        fold = new EventFold(shared.streams());
        thread = Thread.ofVirtual().name("webhook-" + shared.target().name() + "-" + partition).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Returns whether the lane has processed its batch. */
    boolean isIdle() {
        return idle;
    }

    /** Processes the next batch. The lane must be idle. */
    void accept(Batch batch) {
        idle = false;
        batches.add(batch);
    }

    /** Returns the offset of the first record that the lane has not finished with, -1 before the first batch. */
    long nextOffset() {
        return nextOffset;
    }

    Status status() {
        return status;
    }

    /** Ends the lane after the current request; waits are cut short. Returns immediately. */
    void stop() {
        stopped.countDown();
        batches.offer(Batch.END);
    }

    /** Waits for the end of the lane; cancels the current request if it takes longer than {@code limit}. */
    void join(Duration limit) throws InterruptedException {
        if (!thread.join(limit)) {
            thread.interrupt();
            thread.join();
        }
    }

    private void run() {
        try {
            for (Batch batch = batches.take(); batch != Batch.END && !isStopped(); batch = batches.take()) {
                if (!process(batch)) {
                    return;
                }
                nextOffset = batch.endOffset();
                idle = true;
            }
        } catch (InterruptedException _) {
            // The next owner of the partition repeats the event.
        } catch (RuntimeException | Error e) {
            shared.fatal().fatal("webhook " + shared.target().name(), e);
        }
    }

    /** Returns false if the lane was stopped before the end of the batch. */
    private boolean process(Batch batch) throws InterruptedException {
        for (Step step : batch.steps()) {
            if (isStopped()) {
                return false;
            }
            StreamEvent event = step.delivery().event();
            boolean isWanted = step.isRedelivery() || shared.target().wants(event) && fold.isNew(event);
            if (isWanted && !deliver(step)) {
                return false;
            }
            nextOffset = step.offset() + 1;
        }
        return true;
    }

    /** Returns false if the lane was stopped before the target has accepted the event. */
    private boolean deliver(Step step) throws InterruptedException {
        Delivery delivery = step.delivery();
        for (int attempts = 1;; attempts++) {
            Attempt attempt = shared.client().send(delivery);
            Instant now = shared.clock().instant();
            switch (attempt) {
                case Attempt.Accepted _ -> {
                    accepted(now);
                    return !step.isRedelivery() || settle(delivery);
                }
                case Attempt.Rejected rejected -> {
                    status = new Status(rejected.reason(), now.toEpochMilli(), 0);
                    return bury(delivery, rejected, attempts);
                }
                case Attempt.Failed failed -> {
                    failed(failed, now);
                    if (isGivenUp(delivery, now)) {
                        return bury(delivery, new Attempt.Rejected(failed.status(), failed.reason()), attempts);
                    }
                    if (pause(DeliveryRules.wait(attempts, ThreadLocalRandom.current().nextDouble(), failed))) {
                        return false;
                    }
                }
            }
        }
    }

    private boolean isGivenUp(Delivery delivery, Instant now) {
        return DeliveryRules.isGivenUp(Duration.ofMillis(now.toEpochMilli() - delivery.appendedAtMs()),
                Duration.ofMillis(now.toEpochMilli() - status.failingSinceMs()));
    }

    private void accepted(Instant now) {
        if (status.failingSinceMs() > 0) {
            log.info("webhook {}: the target accepts the events of {} again", shared.target().name(),
                    partition);
        }
        status = new Status("accepted", now.toEpochMilli(), 0);
        shared.meters().delivered().increment();
    }

    private void failed(Attempt.Failed failed, Instant now) {
        long sinceMs = status.failingSinceMs();
        if (sinceMs == 0) {
            log.warn(
                    "webhook {}: the target does not accept the events of {}, which are held for up to {} h: {}",
                    shared.target().name(), partition, DeliveryRules.HOLD.toHours(), failed.reason());
        }
        status = new Status(failed.reason(), now.toEpochMilli(), sinceMs == 0 ? now.toEpochMilli() : sinceMs);
        shared.meters().failed().increment();
    }

    /** Writes a dead letter. Returns false if the lane was stopped before the letter is acknowledged. */
    private boolean bury(Delivery delivery, Attempt.Rejected why, int attempts) throws InterruptedException {
        String name = shared.target().name();
        if (!write(delivery, () -> shared.letters().write(name, delivery, why, attempts, shared.clock().millis()))) {
            return false;
        }
        shared.meters().deadLetters().increment();
        log.warn("webhook {}: event {} is a dead letter after {} attempts: {}; see /api/v1/webhooks/{}/dead-letters",
                name, delivery.event().id(), attempts, why.reason(), name);
        return true;
    }

    /** Records that a dead letter has been accepted. Returns false if the lane was stopped before that. */
    private boolean settle(Delivery delivery) throws InterruptedException {
        String name = shared.target().name();
        if (!write(delivery, () -> shared.letters().write(name, delivery, Redelivery.State.ACCEPTED,
                shared.clock().millis()))) {
            return false;
        }
        log.info("webhook {}: the target has accepted event {}, which was a dead letter", name, delivery.event().id());
        return true;
    }

    /** Writes to {@code dead-letters}. */
    private interface Write {
        void run() throws InterruptedException;
    }

    /** Returns false if the lane was stopped before the write was acknowledged. */
    private boolean write(Delivery delivery, Write write) throws InterruptedException {
        while (true) {
            try {
                write.run();
                return true;
            } catch (KafkaException e) {
                log.warn("webhook {}: what became of event {} cannot be written to dead-letters and is tried again: {}",
                        shared.target().name(), delivery.event().id(), e.getMessage());
                if (pause(LETTER_WAIT)) {
                    return false;
                }
            }
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** Waits. Returns true, early, if the lane is stopped. */
    private boolean pause(Duration wait) throws InterruptedException {
        return stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    }
}
