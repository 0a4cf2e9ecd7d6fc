package io.millrace.segmenter.topology;

import io.millrace.media.StreamName;
import io.millrace.media.bytes.MediaException;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.PeerLog;
import io.millrace.segmenter.SegmenterMeters;
import io.millrace.segmenter.cut.Step;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * All streams of one partition: folds records, and keeps what a successor has to repeat. Confined to its task.
 *
 * <p>Knows no Kafka: the store hands it what was written down at the last commit and takes what is to be written at this one.
 */
final class PartitionFold {
    private static final Logger log = LoggerFactory.getLogger(PartitionFold.class);
    /** What encoders cause by what they send, each by the name of its stream. */
    private static final PeerLog ofStreams = new PeerLog(log);

    private final SegmenterMeters meters;
    private final Map<String, Journal> journals = new HashMap<>();
    /** Folded or put out since the last commit, in that order; written at the next. */
    private final Set<String> dirty = new LinkedHashSet<>();
    /** Over, and written down without outputs; deleted once a commit says so unless something happens to them. */
    private final Set<String> over = new LinkedHashSet<>();
    /** Offset in the partition of the last record seen, repeated ones too; -1 before the first. */
    private long position = -1;
    /** {@link #position} at the last commit: a successor begins behind it. */
    private long committedPosition = -1;

    PartitionFold(SegmenterMeters meters) {
        this.meters = meters;
    }

    /** What a predecessor wrote down at its last commit; answers what has to be repeated before anything new is put out. */
    List<Output> resume(Map<String, byte[]> states) {
        List<Output> repeated = new ArrayList<>();
        new TreeMap<>(states).forEach((stream, bytes) -> {
            try {
                Journal journal = Journal.resume(stream, bytes);
                journals.put(stream, journal);
                repeated.addAll(journal.outputs());
                if (journal.fold().isForgettable()) {
                    // Written once more without outputs, then forgotten.
                    dirty.add(stream);
                }
            } catch (MediaException e) {
                log.error("{}: the segmenter's state cannot be read, the stream starts anew: {}", stream,
                        e.getMessage());
                meters.dropped("state");
            }
        });
        return repeated;
    }

    /** One record of {@code packets}, in the order of the log; answers what it leads to. */
    List<Output> fold(String stream, long offset, byte[] value) {
        position = offset;
        if (stream == null || value == null || StreamName.problem(stream).isPresent()) {
            meters.dropped("undecodable");
            return List.of();
        }
        LogRecord record = LogCodec.decode(ByteBuffer.wrap(value));
        if (!(record instanceof PacketsRecord packets)) {
            meters.dropped("undecodable");
            return List.of();
        }
        try {
            return fold(stream, offset, packets);
        } catch (RuntimeException e) {
            // A bug. The record counts for nothing, the stream and its neighbours go on.
            log.error("{}: record {} cannot be folded and is skipped", stream, offset, e);
            meters.dropped("failed");
            return List.of();
        }
    }

    private List<Output> fold(String stream, long offset, PacketsRecord record) {
        Journal journal = journals.computeIfAbsent(stream, Journal::new);
        if (offset <= journal.fold().lastOffset()) {
            return List.of();
        }
        dirty.add(stream);
        over.remove(stream);
        Step step = journal.fold().fold(offset, record);
        step.dropped().forEach(meters::dropped);
        step.newWarnings().forEach(warned -> {
            meters.warned(warned.warning());
            ofStreams.log(Level.WARN, stream, "{}: {}: {}", stream, warned.warning().word(), warned.message());
        });
        if (step.failure() != null) {
            meters.quarantined();
            ofStreams.log(Level.WARN, stream, "{}: session under quarantine from record {} on: {}", stream, offset,
                    step.failure().toString());
        }
        List<Output> outputs = new ArrayList<>(step.cuts().size() + step.entries().size());
        for (Cut cut : step.cuts()) {
            outputs.add(new Output(Topic.SEGMENTS, StreamKey.of(stream), LogCodec.encode(cut), cut.arrivalUs()));
        }
        for (StreamEntry entry : step.entries()) {
            outputs.add(new Output(Topic.STREAMS, StreamKey.of(stream, entry.epoch()), LogCodec.encode(entry), 0));
        }
        step.withdrawn().ifPresent(epoch -> outputs.add(Output.tombstone(StreamKey.of(stream, epoch))));
        outputs.forEach(journal::add);
        return outputs;
    }

    /**
     * The moment of the commit: what has changed goes to {@code put}; a null value deletes.
     *
     * <p>A stream that is over is deleted once a commit lies behind its last record: until then a successor might be given
     * its records again, and nothing but its state says that they were folded. A task that repeats what its predecessor
     * folded commits in front of that record too, and keeps the state through such commits.
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

    /** Streams that are kept in memory. */
    int size() {
        return journals.size();
    }
}
