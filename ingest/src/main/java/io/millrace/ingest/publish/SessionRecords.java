package io.millrace.ingest.publish;

import io.millrace.ingest.session.LogWriter;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionStarted;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.Callback;

/**
 * Writes the records of one session: all that they repeat is here. Immutable; safe where {@link LogWriter} is.
 *
 * @param partition of the stream, the same in every topic
 * @param startedAtMs wall clock of the claim, ms since 1970
 * @param graceMs of the epoch that the session joins, or begins by {@code rules}
 */
record SessionRecords(LogWriter log, InstantSource clock, String stream, int partition, String node, String client,
        String address, long startedAtMs, int graceMs, EpochRules rules) {

    private static final int DETAIL_LIMIT = 256;

    /** For a session of the same encoder that begins an epoch now. */
    SessionRecords again() {
        return new SessionRecords(log, clock, stream, partition, node, client, address, clock.millis(),
                rules.graceMs(), rules);
    }

    void started(LogWriter.Outcome outcome) {
        log.packets(partition, stream,
                new SessionStarted(SessionStarted.Role.PRIMARY, node, client, address, startedAtMs, rules), outcome);
    }

    void media(byte[] value, Callback callback) {
        log.media(partition, stream, value, callback);
    }

    void ended(long session, SessionEnded.Reason reason, String detail, LogWriter.Outcome outcome) {
        String brief = detail.length() > DETAIL_LIMIT ? detail.substring(0, DETAIL_LIMIT) : detail;
        log.packets(partition, stream, new SessionEnded(session, clock.millis(), reason, brief), outcome);
    }

    void notice(long session, SessionNotice.State state, LogWriter.Outcome outcome) {
        log.notice(new SessionNotice(stream, session, state, node, client, address, startedAtMs, clock.millis(),
                graceMs), outcome);
    }
}
