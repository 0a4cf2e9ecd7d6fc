package io.millrace.simulation;

import io.millrace.ingest.session.SessionLog;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.SessionNotice;
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
    public void write(Topic topic, int partition, String key, byte[] value, Outcome outcome) {
        log.write(topic, partition, key, value, outcome);
    }

    @Override
    public int partitionOf(String stream) {
        return log.partitionOf(stream);
    }
}
