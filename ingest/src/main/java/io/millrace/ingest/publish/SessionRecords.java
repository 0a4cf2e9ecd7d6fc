package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionStarted;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.Callback;

/** Writes the records of one session. Immutable; thread-safe because {@link SessionLog} is. */
record SessionRecords(SessionLog log, InstantSource clock, Source source, Start start) {
    private static final int DETAIL_LIMIT = 256;

    /**
     * The stream and its encoder.
     *
     * @param partition partition of the stream, the same in every topic
     * @param process number of this process, whose heartbeats keep the session alive
     */
    record Source(String stream, int partition, Encoder encoder, long process) {}

    /**
     * Time of the claim, and the epoch that it joins or begins.
     *
     * @param atMs wall clock of the claim, ms since 1970
     * @param graceMs grace period of the epoch that the session joins, or begins by {@code rules}
     * @param rules rules of an epoch that the session begins
     */
    record Start(long atMs, int graceMs, EpochRules rules) {}

    /** Returns the records of another session of the same encoder, which starts now and begins an epoch. */
    SessionRecords again() {
        EpochRules rules = start.rules();
        return new SessionRecords(log, clock, source, new Start(clock.millis(), rules.graceMs(), rules));
    }

    void started(SessionLog.Outcome outcome) {
        log.packets(source.partition(), source.stream(), new SessionStarted(SessionStarted.Role.PRIMARY,
                source.encoder(), start.atMs(), start.rules().ofWrittenLog()), outcome);
    }

    void media(byte[] value, Callback callback) {
        log.media(source.partition(), source.stream(), value, callback);
    }

    void ended(long session, SessionEnded.Reason reason, String detail, SessionLog.Outcome outcome) {
        String brief = detail.length() > DETAIL_LIMIT ? detail.substring(0, DETAIL_LIMIT) : detail;
        log.packets(source.partition(), source.stream(), new SessionEnded(session, clock.millis(), reason, brief),
                outcome);
    }

    void notice(long session, SessionNotice.State state, SessionLog.Outcome outcome) {
        log.notice(notice(session, state), outcome);
    }

    /** Returns the notice that {@code session} is in {@code state}. */
    SessionNotice notice(long session, SessionNotice.State state) {
        return new SessionNotice(source.stream(), session, state, source.encoder(), start.atMs(), clock.millis(),
                start.graceMs(), source.process());
    }
}
