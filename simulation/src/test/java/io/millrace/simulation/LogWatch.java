package io.millrace.simulation;

import io.millrace.platform.log.CueRequest;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.SessionTracks;
import io.millrace.platform.timeline.SessionEvent;
import io.millrace.platform.timeline.SessionFold;
import io.millrace.platform.timeline.Verdict;
import io.millrace.simulation.kafka.ModelPartition.Stored;
import io.millrace.testkit.oracle.Fact;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the log as it grows. Translates each record into a fact of the oracle, and determines with production's session
 * fold what viewers receive of it. Confined to one thread.
 */
final class LogWatch {
    /** Interval at which a fold is restored from its bytes, as after a restart of its reader. */
    private static final int RESUME_EVERY = 16;
    /** Every number of so many digits is a {@code long}. */
    private static final int MOST_DIGITS = 18;

    private final History history;
    private final Set<String> streams;
    private final boolean tracksCount;
    /** When the sessions ended, by the brokers' clock. */
    private final Map<String, Long> endedAtMs = new HashMap<>();
    private final Map<String, SessionFold> folds = new HashMap<>();

    /**
     * @param streams the streams of the simulation; other keys are ignored
     * @param tracksCount whether the tracks of a session mean anything by the rules that the simulation is to obey
     */
    LogWatch(History history, Set<String> streams, boolean tracksCount) {
        this.history = history;
        this.tracksCount = tracksCount;
        this.streams = streams;
    }

    void packets(Stored stored) {
        PacketsRecord record = (PacketsRecord) stored.decoded();
        Fact.Entry entry = switch (record) {
            case SessionStarted it -> new Fact.Claim(EncoderConnection.numberOf(it.encoder().address()));
            case SessionTracks it -> new Fact.Tracks(it.session(), it.tracks().words());
            case Packet it -> new Fact.Media(it.session(), it.seq(), Wire.numberOf(it));
            case SessionEnded it -> new Fact.End(it.session(), it.reason() == SessionEnded.Reason.SUSPECTED);
            case GraceOver it -> new Fact.GraceOver(it.session());
            case CueRequest it -> throw new IllegalStateException("the simulation adds no cues: " + it);
        };
        if (tracksCount || !(entry instanceof Fact.Tracks)) {
            history.add(new Fact.Logged(stored.key(), stored.offset(), entry));
        }
        if (record instanceof SessionStarted it) {
            history.add(new Fact.Rules(stored.key(), stored.offset(),
                    it.rules().formats().stream().map(Enum::name).collect(Collectors.toSet())));
        }
        show(stored.key(), stored.offset(), record);
    }

    private void show(String stream, long offset, PacketsRecord record) {
        SessionFold fold = folds.computeIfAbsent(stream, _ -> new SessionFold());
        if (offset % RESUME_EVERY == 0) {
            fold = SessionFold.resume(ByteBuffer.wrap(fold.toBytes()));
            folds.put(stream, fold);
        }
        Verdict verdict = fold.fold(offset, record);
        for (SessionEvent event : verdict.events()) {
            switch (event) {
                case SessionEvent.EpochBegan it -> history.add(new Fact.EpochBegan(stream, it.epoch()));
                case SessionEvent.EpochOver it -> history.add(new Fact.EpochOver(stream, it.epoch()));
                case SessionEvent.TookOver it -> history.add(new Fact.Note(stream, "session " + it.session()
                        + " takes over"));
                case SessionEvent.Left _,SessionEvent.Returned _ -> {
                    // The records show it.
                }
            }
        }
        switch (verdict) {
            case Verdict.Counts it -> history.add(new Fact.Shown(stream, offset, it.epoch(), it.session(),
                    ((Packet) record).seq(), Wire.numberOf((Packet) record), Wire.codecOf((Packet) record)));
            case Verdict.Ignored it -> history.add(new Fact.Hidden(stream, offset, it.reason().label()));
            case Verdict.Control _ -> {
                // Nothing to report.
            }
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= MOST_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    void sessions(Stored stored) {
        if (stored.decoded() instanceof SessionNotice it) {
            String name = it.stream() + "#" + it.session();
            if (it.state() == SessionNotice.State.ENDED) {
                endedAtMs.putIfAbsent(name, stored.appendedAtMs());
            } else if (it.state() == SessionNotice.State.OVER && endedAtMs.containsKey(name)) {
                history.add(new Fact.GraceWas(it.stream(), it.session(),
                        (int) (stored.appendedAtMs() - endedAtMs.get(name))));
            }
            history.add(new Fact.Noticed(it.stream(), it.session(), it.state().name()));
        } else if (stored.decoded() == null && stored.key() != null) {
            int mark = stored.key().indexOf('#');
            String stream = mark < 0 ? "" : stored.key().substring(0, mark);
            String number = stored.key().substring(mark + 1);
            if (streams.contains(stream) && isNumber(number)) {
                history.add(new Fact.Forgotten(stream, Long.parseLong(number)));
            }
        }
    }
}
