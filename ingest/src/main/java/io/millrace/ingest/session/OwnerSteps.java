package io.millrace.ingest.session;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.net.PeerLog;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Executes the steps that a {@link LeaseTable} returns. If a step has two records, the second is written when the first
 * is acknowledged. Only the second shows in {@code sessions} that the step was taken, so the partition's next owner
 * repeats a step that a dead owner did not complete.
 *
 * <p>The notice in {@code sessions} decides that a session is over: it is in the same partition as the session's other
 * notices, so all nodes agree on their order, and the session's own node stops using the session. {@code GraceOver} is
 * written only after that notice, and the tombstone of the session only after {@code GraceOver}. Thread-safe.
 */
public final class OwnerSteps {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerSteps.class);

    /** Lines are limited per stream name, because encoders decide how many sessions begin and end. */
    private final PeerLog lines = new PeerLog(LOG);
    private final SessionLog log;
    private final KnownNames names;
    private final InstantSource clock;
    private final IngestMeters meters;

    public OwnerSteps(SessionLog log, KnownNames names, InstantSource clock, IngestMeters meters) {
        this.log = log;
        this.names = names;
        this.clock = clock;
        this.meters = meters;
    }

    /**
     * Writes the records of {@code step} and returns immediately. A step that fails is not reported: the lease table
     * returns it again.
     *
     * @param partition partition of the session's stream
     */
    public void take(int partition, LeaseTable.Step step) {
        switch (step) {
            case LeaseTable.Step.Suspect(SessionNotice it) -> {
                lines.log(Level.WARN, it.stream(), "{}: session {} is ended because its node {} is silent",
                        it.stream(), it.session(), it.encoder().node());
                meters.suspected();
                suspect(partition, it);
            }
            case LeaseTable.Step.EndGrace(SessionNotice it) -> {
                lines.log(Level.INFO, it.stream(), "{}: grace period of session {} is over", it.stream(),
                        it.session());
                note(it, SessionNotice.State.OVER);
            }
            case LeaseTable.Step.Forget(SessionNotice it) -> forget(partition, it);
        }
    }

    /**
     * Removes expired epochs, of which no packet is retained, from the directory. Records the expiry of each stream
     * first, so that readers can distinguish it from a stream that never existed. The next call repeats what has
     * failed.
     *
     * @param retainedFrom returns, for a stream, the first retained offset in the stream's partition of
     *        {@code packets}; {@link KnownNames#NOT_OWNED} if another node owns the partition
     * @return whether an epoch has expired
     */
    public boolean expire(ToLongFunction<String> retainedFrom) {
        List<KnownNames.Expired> expired = names.expired(retainedFrom);
        expired.forEach(this::expire);
        if (!expired.isEmpty()) {
            LOG.debug("removing epochs of {} streams from the directory, because none of their packets is retained",
                    expired.size());
        }
        names.forgotten(KnownNames.EXPIRED_LIMIT).stream().filter(stream -> retainedFrom.applyAsLong(stream) > 0)
                .forEach(stream -> log.expiryGone(stream, SessionLog.Outcome.IGNORED));
        return !expired.isEmpty();
    }

    /**
     * Restores directory entries that a replaced segmenter has overwritten with older ones.
     *
     * @param isOwned returns whether this node owns the partition of a stream
     * @param read returns an entry by its stream and its offset in {@code streams}, empty if it is not retained
     */
    public void restore(Predicate<String> isOwned, EntrySource read) {
        for (KnownNames.Overwritten it : names.overwritten()) {
            if (isOwned.test(it.stream())) {
                read.entry(it.stream(), it.offset()).ifPresent(entry -> log.entry(entry, SessionLog.Outcome.IGNORED));
                lines.log(Level.WARN, it.stream(),
                        "{}: a segmenter that was replaced wrote to the directory late, the newer entry is restored",
                        it.stream());
            }
        }
    }

    /** Reads entries of the directory. */
    @FunctionalInterface
    public interface EntrySource {
        Optional<StreamEntry> entry(String stream, long offset);
    }

    private void expire(KnownNames.Expired it) {
        if (it.record() == null) {
            remove(it);
            return;
        }
        // The event comes first: once the record is in the log, nobody would repeat an event that is missing.
        log.event(StreamEvent.expired(it.record(), clock.millis()), (_, failed) -> {
            if (failed == null) {
                log.expiry(it.record(), (_, failure) -> {
                    if (failure == null) {
                        remove(it);
                    }
                });
            }
        });
    }

    private void remove(KnownNames.Expired it) {
        it.epochs().forEach(epoch -> log.epochGone(it.stream(), epoch, SessionLog.Outcome.IGNORED));
        it.withdrawals().forEach(key -> log.withdrawalGone(key, SessionLog.Outcome.IGNORED));
    }

    private void suspect(int partition, SessionNotice it) {
        var ended = new SessionEnded(it.session(), clock.millis(), SessionEnded.Reason.SUSPECTED,
                "node " + it.encoder().node() + " is silent");
        log.packets(partition, it.stream(), ended, (_, failure) -> {
            if (failure == null) {
                note(it, SessionNotice.State.ENDED);
            }
        });
    }

    private void forget(int partition, SessionNotice it) {
        log.packets(partition, it.stream(), new GraceOver(it.session(), clock.millis()), (_, failure) -> {
            if (failure == null) {
                log.tombstone(it.stream(), it.session(), SessionLog.Outcome.IGNORED);
            }
        });
    }

    private void note(SessionNotice of, SessionNotice.State state) {
        log.notice(of.in(state, clock.millis()), SessionLog.Outcome.IGNORED);
    }
}
