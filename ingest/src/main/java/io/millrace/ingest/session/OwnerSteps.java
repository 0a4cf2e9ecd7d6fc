package io.millrace.ingest.session;

import io.millrace.ingest.IngestMeters;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.net.PeerLog;
import java.time.InstantSource;
import java.util.List;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes what a {@link LeaseTable} finds due: first to {@code packets}, and when that is acknowledged to {@code sessions},
 * so that who takes over repeats what was left half done. Thread-safe.
 */
public final class OwnerSteps {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerSteps.class);

    /** Sessions come and go as encoders like: counted by the name of the stream. */
    private final PeerLog lines = new PeerLog(LOG);
    private final LogWriter log;
    private final KnownNames names;
    private final InstantSource clock;
    private final IngestMeters meters;

    public OwnerSteps(LogWriter log, KnownNames names, InstantSource clock, IngestMeters meters) {
        this.log = log;
        this.names = names;
        this.clock = clock;
        this.meters = meters;
    }

    /** @param partition of the session's stream */
    void take(int partition, LeaseTable.Step step) {
        switch (step) {
            case LeaseTable.Step.Suspect(SessionNotice it) -> {
                lines.log(Level.WARN, it.stream(), "{}: session {} is ended: its node {} is silent", it.stream(),
                        it.session(), it.node());
                meters.suspected();
                write(partition, it, new SessionEnded(it.session(), clock.millis(), SessionEnded.Reason.SUSPECTED,
                        "node " + it.node() + " is silent"), SessionNotice.State.ENDED);
            }
            case LeaseTable.Step.EndGrace(SessionNotice it) -> {
                lines.log(Level.INFO, it.stream(), "{}: grace of session {} is over", it.stream(), it.session());
                write(partition, it, new GraceOver(it.session(), clock.millis()), SessionNotice.State.OVER);
            }
            case LeaseTable.Step.Forget(SessionNotice it) -> log.tombstone(it.stream(), it.session(),
                    LogWriter.Outcome.IGNORED);
        }
    }

    /**
     * Lets the directory forget the epochs of which nothing is retained. What fails is due again the next time.
     *
     * @param retainedFrom of a stream: where its partition of {@code packets} begins, 0 if that is another node's to look after
     */
    void expire(ToLongFunction<String> retainedFrom) {
        List<KnownNames.Epoch> expired = names.expired(retainedFrom);
        expired.forEach(epoch -> log.epochGone(epoch.stream(), epoch.number(), LogWriter.Outcome.IGNORED));
        if (!expired.isEmpty()) {
            LOG.debug("{} epochs leave the directory: nothing of them is retained", expired.size());
        }
    }

    private void write(int partition, SessionNotice of, PacketsRecord record, SessionNotice.State state) {
        log.packets(partition, of.stream(), record, (_, failure) -> {
            if (failure == null) {
                log.notice(new SessionNotice(of.stream(), of.session(), state, of.node(), of.client(), of.address(),
                        of.startedAtMs(), clock.millis(), of.graceMs()), LogWriter.Outcome.IGNORED);
            }
        });
    }
}
