package io.millrace.segmenter.topology;

import io.millrace.media.StreamName;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamEvent;
import io.millrace.platform.log.UnreadableStateException;
import io.millrace.platform.net.PeerLog;
import io.millrace.segmenter.cut.Step;
import io.millrace.segmenter.meters.SegmenterMeters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Folds the records of all streams of one partition, and keeps the outputs that a successor has to repeat. Confined to
 * its task.
 *
 * <p>Independent of Kafka: the caller passes in the states of the last commit, and stores the states that
 * {@link #commit} writes.
 */
final class PartitionFold {
    private static final Logger log = LoggerFactory.getLogger(PartitionFold.class);
    /** Log for faults that encoders cause; its lines are limited per stream name. */
    private static final PeerLog ofStreams = new PeerLog(log);

    private final SegmenterMeters meters;
    private final Map<String, Journal> journals = new HashMap<>();
    /** Streams that have changed since the last commit, in the order of the changes. The next commit writes them. */
    private final Set<String> dirty = new LinkedHashSet<>();
    /**
     * Ended streams whose newest written state contains no outputs. A later commit deletes them unless they receive
     * more records.
     */
    private final Set<String> over = new LinkedHashSet<>();
    /** Offset of the newest folded record, even if the states already contained it; -1 before the first. */
    private long position = -1;
    /** Offset of the first folded record, -1 before it. */
    private long firstPosition = -1;
    /** The greatest offset of the records that the states contain, -1 before the first. */
    private long newestOffset = -1;
    /** Value of the record at that offset; null once its mark is computed. */
    private byte[] newestValue;
    /**
     * Mark of the record at that offset; null until it is needed, because a checksum of every packet would cost too
     * much.
     */
    private LogMark newest;
    private int losses;
    private boolean lacksPast;
    /** {@link #position} at the last commit. A successor starts after it. */
    private long committedPosition = -1;
    private boolean damaged;

    PartitionFold(SegmenterMeters meters) {
        this.meters = meters;
    }

    /** Returns whether {@link #resume} was passed a state that cannot be read. */
    boolean isDamaged() {
        return damaged;
    }

    /**
     * Folds a record again and drops its outputs: they are in the log already, because a predecessor has committed a
     * position after the record. Has no effect on a stream whose state contains the record.
     */
    void refold(String stream, long offset, byte[] value) {
        if (value != null && isStream(stream)
                && LogCodec.decode(ByteBuffer.wrap(value)) instanceof PacketsRecord packets) {
            guarded(stream, offset, packets);
            journals.computeIfPresent(stream, (_, journal) -> journal.withoutOutputs());
        }
    }

    /**
     * Restores the states of a predecessor's last commit. Returns the outputs to repeat before any new output.
     *
     * @param before the newest record that the states contain, null without a predecessor
     * @param isInLog returns whether the log still has that record; if not, all streams are ended
     */
    List<SegmenterOutput> resume(Map<String, byte[]> states, LogMark before, Predicate<LogMark> isInLog) {
        List<SegmenterOutput> outputs = resume(states);
        newest = before;
        newestOffset = before == null ? -1 : before.offset();
        if (before != null && !isInLog.test(before)) {
            outputs.addAll(lose());
            lacksPast = true;
        }
        return outputs;
    }

    /**
     * Returns whether the caller must fold earlier records before the next one, because the log has lost records. Kafka
     * Streams continues at the committed offset, which was that of a lost record; the record that has the offset now
     * may be in the middle of a session.
     */
    boolean lacksPast() {
        return lacksPast;
    }

    /** Reports that the earlier records have been folded. */
    void markPastRead() {
        lacksPast = false;
    }

    private List<SegmenterOutput> resume(Map<String, byte[]> states) {
        List<SegmenterOutput> repeated = new ArrayList<>();
        new TreeMap<>(states).forEach((stream, bytes) -> {
            try {
                Journal journal = Journal.resume(stream, bytes);
                journals.put(stream, journal);
                repeated.addAll(journal.outputs());
                if (journal.fold().isForgettable()) {
                    // Written once more without outputs, then deleted.
                    dirty.add(stream);
                }
            } catch (UnreadableStateException e) {
                log.error("{}: the segmenter's state cannot be read and is rebuilt from the log: {}", stream,
                        e.getMessage());
                damaged = true;
                meters.dropped("state");
            }
        });
        return repeated;
    }

    /**
     * Folds one record of {@code packets}, in log order, and returns the resulting outputs. An offset that is not
     * greater than that of the previous record shows that the log has lost records.
     */
    List<SegmenterOutput> fold(String stream, long offset, byte[] value) {
        List<SegmenterOutput> ofLoss = offset <= position ? lose() : List.of();
        position = offset;
        firstPosition = firstPosition < 0 ? offset : firstPosition;
        if (offset >= newestOffset) {
            newestOffset = offset;
            newestValue = value;
            newest = null;
        }
        List<SegmenterOutput> outputs = decode(stream, offset, value);
        if (ofLoss.isEmpty()) {
            return outputs;
        }
        ofLoss.addAll(outputs);
        return ofLoss;
    }

    private List<SegmenterOutput> decode(String stream, long offset, byte[] value) {
        if (value != null && isStream(stream)
                && LogCodec.decode(ByteBuffer.wrap(value)) instanceof PacketsRecord record) {
            return guarded(stream, offset, record);
        }
        meters.dropped("undecodable");
        return List.of();
    }

    /**
     * Ends the streams whose states may contain records that the log has lost, and forgets these states: offsets are
     * used again, so the states would skip the records that follow.
     */
    private List<SegmenterOutput> lose() {
        log.error(
                "packets lost records up to offset {}: running streams are ended, and continue when their encoders claim "
                        + "them again",
                newestOffset < 0 ? position : newestOffset);
        meters.dropped("state");
        losses++;
        newestOffset = -1;
        newestValue = null;
        newest = null;
        List<SegmenterOutput> outputs = new ArrayList<>();
        journals.replaceAll((stream, journal) -> {
            Step step = journal.fold().lose();
            Journal next = new Journal(stream);
            outputs(stream, step).forEach(output -> {
                next.add(output);
                outputs.add(output);
            });
            dirty.add(stream);
            return next;
        });
        over.clear();
        return outputs;
    }

    /** Returns whether {@code stream} is a valid stream name. Streams in memory were checked at their first record. */
    private boolean isStream(String stream) {
        return stream != null && (journals.containsKey(stream) || StreamName.problem(stream).isEmpty());
    }

    private List<SegmenterOutput> guarded(String stream, long offset, PacketsRecord packets) {
        try {
            return fold(stream, offset, packets);
        } catch (RuntimeException e) {
            // A bug. The record is ignored; this stream and the others continue.
            log.error("{}: record {} cannot be folded and is skipped", stream, offset, e);
            meters.dropped("failed");
            return List.of();
        }
    }

    private List<SegmenterOutput> fold(String stream, long offset, PacketsRecord record) {
        Journal journal = journals.computeIfAbsent(stream, Journal::new);
        if (offset <= journal.fold().lastOffset()) {
            return List.of();
        }
        dirty.add(stream);
        over.remove(stream);
        Step step = journal.fold().fold(offset, record);
        for (String reason : step.dropped()) {
            meters.dropped(reason);
        }
        for (Step.Warned warned : step.newWarnings()) {
            meters.warned(warned.warning());
            ofStreams.log(Level.WARN, stream, "{}: {}: {}", stream, warned.warning().label(), warned.message());
        }
        if (step.failure() != null) {
            meters.quarantined();
            ofStreams.log(Level.WARN, stream, "{}: session quarantined at record {}: {}", stream, offset,
                    step.failure().toString());
        }
        if (!step.hasOutputs()) {
            return List.of();
        }
        List<SegmenterOutput> outputs = outputs(stream, step);
        outputs.forEach(journal::add);
        return outputs;
    }

    private static List<SegmenterOutput> outputs(String stream, Step step) {
        List<SegmenterOutput> outputs = new ArrayList<>(step.cuts().size() + step.entries().size());
        for (Cut cut : step.cuts()) {
            outputs.add(segments(stream, cut, cut.times().arrivalUs()));
        }
        step.ended().ifPresent(ended -> outputs.add(segments(stream, ended, 0)));
        for (StreamEntry entry : step.entries()) {
            outputs.add(new SegmenterOutput(Topic.STREAMS, StreamKey.of(stream, entry.epoch()),
                    LogCodec.encode(entry), 0));
        }
        for (StreamEvent event : step.events()) {
            outputs.add(new SegmenterOutput(Topic.EVENTS, StreamKey.of(stream), LogCodec.encode(event), 0));
        }
        step.withdrawn().ifPresent(epoch -> outputs.add(SegmenterOutput.tombstone(StreamKey.of(stream, epoch))));
        return outputs;
    }

    private static SegmenterOutput segments(String stream, SegmentsRecord record, long arrivalUs) {
        return new SegmenterOutput(Topic.SEGMENTS, StreamKey.of(stream), LogCodec.encode(record), arrivalUs);
    }

    /**
     * Writes changed states to {@code put} at a commit; a null value deletes the state.
     *
     * <p>An ended stream is deleted only after a commit beyond its last record: until then a successor may receive the
     * stream's records again, and only the state shows that they were folded. A task that repeats its predecessor's
     * records may commit before the stream's last record, and keeps the state through such commits.
     */
    void commit(BiConsumer<String, byte[]> put) {
        over.removeIf(stream -> {
            Journal journal = journals.get(stream);
            if (journal.fold().lastOffset() > committedPosition) {
                return false;
            }
            journals.remove(stream);
            put.accept(stream, null);
            return true;
        });
        committedPosition = position;
        for (String stream : dirty) {
            Journal journal = journals.get(stream);
            put.accept(stream, journal.commit());
            if (journal.isForgettable()) {
                over.add(stream);
            }
        }
        dirty.clear();
    }

    /** Returns the offset of the newest folded record, even if the states already contained it; -1 before the first. */
    long position() {
        return position;
    }

    /** Returns the offset of the first folded record, -1 before it. */
    long firstPosition() {
        return firstPosition;
    }

    /** Returns the mark of the newest record that the states contain, null before the first. */
    LogMark newest() {
        if (newest == null && newestOffset >= 0) {
            newest = LogMark.of(newestOffset, newestValue);
            newestValue = null;
        }
        return newest;
    }

    /** Returns how often the log has lost records that the states contained, since the start of the task. */
    int losses() {
        return losses;
    }

    /** Returns the number of streams in memory. */
    int size() {
        return journals.size();
    }
}
