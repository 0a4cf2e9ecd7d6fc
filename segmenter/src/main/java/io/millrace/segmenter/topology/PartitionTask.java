package io.millrace.segmenter.topology;

import io.millrace.segmenter.meters.SegmenterMeters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on one partition, from the restored changelog to the states that each commit writes. Independent of Kafka
 * Streams: a {@link SegmentProcessor} passes in records and forwards outputs. Confined to its task.
 */
public final class PartitionTask {
    private static final Logger log = LoggerFactory.getLogger(PartitionTask.class);
    /**
     * Limit of the records that are read after a loss. The segmenter is rarely stopped for as long as it takes to write
     * so many.
     */
    private static final long PAST_LIMIT = 50_000;

    private final int partition;
    private final PacketsLog packets;
    private final SegmenterMeters meters;
    private final PartitionFold fold;
    private final Tenure tenure;
    private List<SegmenterOutput> repeated;
    /** Outputs of the records that {@link #readPast} has read. They remain here if it fails, and is called again. */
    private final List<SegmenterOutput> ofPast = new ArrayList<>();
    /** Offset of the first record that the states may not contain. */
    private long nextOffset;

    /**
     * Loads the states of the predecessor. Blocks while the states are compared with the log.
     *
     * @param owner key of this task, different from the keys of all other tasks
     * @param changelog the changelog's records, by key
     * @param committed returns the position in {@code packets} that this process committed last; negative before the
     *        first
     * @param packets reads {@code packets}, to compare states with the log and to rebuild them
     * @throws org.apache.kafka.common.KafkaException if Kafka does not respond in time
     */
    public PartitionTask(int partition, String owner, Map<String, byte[]> changelog, LongSupplier committed,
            PacketsLog packets, SegmenterMeters meters) {
        this.partition = partition;
        this.packets = packets;
        this.meters = meters;
        fold = new PartitionFold(meters);
        tenure = new Tenure(owner, changelog, committed);
        repeated = fold.resume(tenure.states(), tenure.newest(), mark -> packets.has(mark, partition));
        nextOffset = tenure.isUnreadable() || fold.isDamaged() ? 0 : tenure.position() + 1;
        if (!repeated.isEmpty()) {
            meters.repeated(repeated.size());
        }
    }

    /** Returns, once, the outputs that the predecessor may have lost. They must be written before any other. */
    public List<SegmenterOutput> takeRepeated() {
        List<SegmenterOutput> taken = repeated;
        repeated = List.of();
        return taken;
    }

    /**
     * Folds the next record of {@code packets} and returns the outputs, in the order in which they must be written.
     * Blocks while earlier records are read. If this fails, the call can be repeated.
     *
     * @param stream key of the record
     * @param value value of the record, null for a tombstone
     * @throws org.apache.kafka.common.KafkaException if Kafka does not respond in time while earlier records are read
     */
    public List<SegmenterOutput> process(String stream, long offset, byte[] value) {
        if (fold.lacksPast()) {
            readPast(offset);
        } else if (offset > nextOffset) {
            rebuild(offset);
        }
        nextOffset = Math.max(nextOffset, offset + 1);
        List<SegmenterOutput> outputs = fold.fold(stream, offset, value);
        if (ofPast.isEmpty()) {
            return outputs;
        }
        List<SegmenterOutput> all = new ArrayList<>(ofPast);
        ofPast.clear();
        all.addAll(outputs);
        return all;
    }

    /** Folds the newest records before {@code until}, after the log has lost the newest record of the states. */
    private void readPast(long until) {
        long from = Math.max(fold.position() + 1, until - PAST_LIMIT);
        packets.read(partition, from, until, (stream, offset, value) -> fold.fold(stream, offset, value)
                .forEach(output -> ofPast.add(output.unmeasured())));
        fold.markPastRead();
    }

    /**
     * Folds the records before {@code until} that the states do not contain, because the states of a predecessor were
     * damaged or lost. If {@code packets} no longer retains the beginning of an epoch, cutting restarts with the
     * stream's next session.
     */
    private void rebuild(long until) {
        long[] count = new long[1];
        packets.read(partition, nextOffset, until, (stream, offset, value) -> {
            fold.refold(stream, offset, value);
            count[0]++;
        });
        if (count[0] > 0) {
            log.warn("the states of partition {} were rebuilt from {} records before offset {}", partition, count[0],
                    until);
            meters.dropped("state");
        }
    }

    /**
     * Writes the states at the start of a commit, unless records before the first one still have to be read: their outputs
     * have not been returned, and the next commit would declare them written.
     *
     * @param put writes a changelog record by its key; a null value deletes the record
     */
    public void commit(BiConsumer<String, byte[]> put) {
        if (!fold.lacksPast()) {
            tenure.commit(fold, put);
        }
    }
}
