package io.millrace.simulation;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import org.apache.kafka.clients.producer.Callback;

/** {@link Defect#PACKETS_BEFORE_THE_NOTICE}: reports the notice of a claim as written while it is on its way. */
record EagerAnnouncements(SessionLog log) implements SessionLog {
    @Override
    public void notice(SessionNotice notice, Outcome outcome) {
        if (notice.state() == SessionNotice.State.CLAIMED) {
            log.notice(notice, Outcome.IGNORED);
            outcome.done(0, null);
        } else {
            log.notice(notice, outcome);
        }
    }

    @Override
    public void heartbeat(NodeHeartbeat heartbeat, Outcome outcome) {
        log.heartbeat(heartbeat, outcome);
    }

    @Override
    public void media(int partition, String stream, byte[] value, Callback callback) {
        log.media(partition, stream, value, callback);
    }

    @Override
    public void packets(int partition, String stream, PacketsRecord record, Outcome outcome) {
        log.packets(partition, stream, record, outcome);
    }

    @Override
    public void tombstone(String stream, long session, Outcome outcome) {
        log.tombstone(stream, session, outcome);
    }

    @Override
    public void entry(StreamEntry entry, Outcome outcome) {
        log.entry(entry, outcome);
    }

    @Override
    public void expiry(StreamExpiry record, Outcome outcome) {
        log.expiry(record, outcome);
    }

    @Override
    public void expiryGone(String stream, Outcome outcome) {
        log.expiryGone(stream, outcome);
    }

    @Override
    public void epochGone(String stream, long epoch, Outcome outcome) {
        log.epochGone(stream, epoch, outcome);
    }
}
