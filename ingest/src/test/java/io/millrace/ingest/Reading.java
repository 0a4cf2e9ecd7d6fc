package io.millrace.ingest;

import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The result of one reader of a stream's log.
 *
 * @param reader where it began to read, for messages
 * @param from offset of its first record
 * @param session the session that has the stream at the end
 * @param counted offsets of the packets that count
 */
record Reading(String reader, long from, long session, List<Long> counted) {

    /**
     * Returns the reading of the whole log first, then those of a reader that resumes before each record and of one that
     * joins at each packet that counts.
     */
    static List<Reading> all(List<ConsumerRecord<String, LogRecord>> log) {
        List<Reading> readings = new ArrayList<>();
        SessionFold whole = new SessionFold();
        List<Long> counted = new ArrayList<>();
        for (int i = 0; i < log.size(); i++) {
            long offset = log.get(i).offset();
            byte[] before = whole.toBytes();
            readings.add(read("resumed at " + offset, SessionFold.resume(ByteBuffer.wrap(before)), log, i));
            PacketsRecord record = (PacketsRecord) log.get(i).value();
            if (whole.fold(offset, record) instanceof Verdict.Counts) {
                counted.add(offset);
                readings.add(read("joined at " + offset, SessionFold.join(entry(whole, offset),
                        new Keyframe(whole.session(), offset, whole.timestampOffsetMs()), whole.tracks()), log, i));
            }
        }
        readings.addFirst(new Reading("whole", log.getFirst().offset(), whole.session(), List.copyOf(counted)));
        return readings;
    }

    private static Reading read(String reader, SessionFold fold, List<ConsumerRecord<String, LogRecord>> log,
            int first) {
        List<Long> counted = new ArrayList<>();
        for (ConsumerRecord<String, LogRecord> record : log.subList(first, log.size())) {
            if (fold.fold(record.offset(), (PacketsRecord) record.value()) instanceof Verdict.Counts) {
                counted.add(record.offset());
            }
        }
        return new Reading(reader, log.get(first).offset(), fold.session(), counted);
    }

    /** Returns the directory entry at {@code offset}, which is all that a joining reader knows about earlier records. */
    private static StreamEntry entry(SessionFold at, long offset) {
        long startedAtMs = at.started().startedAtMs();
        return new StreamEntry("live/race", at.epoch(), StreamEntry.State.LIVE, at.rules(),
                new StreamEntry.Span(offset, offset, startedAtMs, 0),
                new StreamEntry.NewestSession(at.session(), offset, at.timestampOffsetMs(), startedAtMs,
                        at.started().encoder(), List.of(), List.of()),
                new StreamEntry.Playlist(2, 0, 0), List.of());
    }

    List<Long> countedFrom(long offset) {
        return counted.stream().filter(o -> o >= offset).toList();
    }
}
