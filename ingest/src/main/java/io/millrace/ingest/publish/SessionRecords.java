package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.Encoder;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionStarted;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.Callback;

/** Writes the records of one session. Immutable; thread-safe because {@link SessionLog} is. */
record SessionRecords(SessionLog log, InstantSource clock, Source source, Start start) {
    /** Limit of the detail in {@code SessionEnded}, in characters. */
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
     * @param atMs wall clock at the claim, in ms since 1970
     * @param graceMs grace period of the epoch that the session joins, in ms; of {@code rules} if the session begins an
     *        epoch
     * @param rules rules that apply if the session begins an epoch
     * @param floor the stream's greatest session number that was known before the claim, -1 if none; the session's
     *        number is greater unless the log has lost records
     * @param generation as in {@link SessionStarted}
     */
    record Start(long atMs, int graceMs, EpochRules rules, long floor, int generation) {
        /** Creates the start of a session in the generation of {@code floor}. */
        Start(long atMs, int graceMs, EpochRules rules, long floor) {
            this(atMs, graceMs, rules, floor, SessionStarted.generation(floor));
        }
    }

    /**
     * Returns the records of another session of the same encoder, which starts now and begins an epoch.
     *
     * @param over number of the session that is over
     */
    SessionRecords again(long over, RandomGenerator random) {
        long floor = Math.max(over, start.floor());
        return again(floor, SessionStarted.generation(floor), random);
    }

    /**
     * Returns the records of another session of the same encoder in the next generation, because the log has lost
     * records.
     *
     * @param lost number of the session that the loss ends
     */
    SessionRecords afterLoss(long lost, RandomGenerator random) {
        long floor = Math.max(lost, start.floor());
        return again(floor, SessionStarted.generation(floor) + 1, random);
    }

    private SessionRecords again(long floor, int generation, RandomGenerator random) {
        EpochRules rules = start.rules().withNonce(random);
        return new SessionRecords(log, clock, source,
                new Start(clock.millis(), rules.graceMs(), rules, floor, generation));
    }

    /** Returns the number of the session whose claim has {@code offset}. */
    long session(long offset) {
        return SessionStarted.number(start.generation(), offset);
    }

    /** Returns whether the number of the claimed session proves that the log has lost records. */
    boolean showsLoss(long session) {
        return session <= start.floor();
    }

    /**
     * Writes the claim, {@code SessionStarted}. The offset in the outcome determines the session's number, see
     * {@link #session}.
     */
    void started(SessionLog.Outcome outcome) {
        log.packets(source.partition(), source.stream(), new SessionStarted(SessionStarted.Role.PRIMARY,
                source.encoder(), start.atMs(), start.rules().ofWrittenLog(), start.generation()), outcome);
    }

    void media(byte[] value, Callback callback) {
        log.media(source.partition(), source.stream(), value, callback);
    }

    /** Writes {@code SessionEnded} to {@code packets}; {@code detail} is truncated to 256 characters. */
    void ended(long session, SessionEnded.Reason reason, String detail, SessionLog.Outcome outcome) {
        String brief = detail.length() > DETAIL_LIMIT ? detail.substring(0, DETAIL_LIMIT) : detail;
        log.packets(source.partition(), source.stream(), new SessionEnded(session, clock.millis(), reason, brief),
                outcome);
    }

    /** Writes a notice to {@code sessions}. */
    void notice(long session, SessionNotice.State state, SessionLog.Outcome outcome) {
        log.notice(notice(session, state), outcome);
    }

    /** Returns the notice that {@code session} is in {@code state}. */
    SessionNotice notice(long session, SessionNotice.State state) {
        return new SessionNotice(source.stream(), session, state, source.encoder(), start.atMs(), clock.millis(),
                start.graceMs(), source.process());
    }
}
