package io.millrace.segmenter.topology;

import io.millrace.segmenter.meters.SegmenterMeters;
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

    private final int partition;
    private final PacketsRange packets;
    private final SegmenterMeters meters;
    private final PartitionFold fold;
    private final Tenure tenure;
    private final List<SegmenterOutput> repeated;
    /** The next record that the states do not contain for certain. */
    private long nextOffset;

    /**
     * Loads the states of its predecessor.
     *
     * @param owner key of this task, different from those of all others
     * @param changelog the records of the changelog by key
     * @param committed returns the position in {@code packets} that this process committed last, or less than any offset
     * @param packets for rebuilding states
     */
    public PartitionTask(int partition, String owner, Map<String, byte[]> changelog, LongSupplier committed,
            PacketsRange packets, SegmenterMeters meters) {
        this.partition = partition;
        this.packets = packets;
        this.meters = meters;
        fold = new PartitionFold(meters);
        tenure = new Tenure(owner, changelog, committed);
        repeated = fold.resume(tenure.states());
        nextOffset = tenure.isUnreadable() || fold.isDamaged() ? 0 : tenure.position() + 1;
        if (!repeated.isEmpty()) {
            meters.repeated(repeated.size());
        }
    }

    /** The outputs that the predecessor may have lost, to be written before any other. */
    public List<SegmenterOutput> repeated() {
        return repeated;
    }

    /**
     * Folds the next record of {@code packets} and returns the outputs. Blocks while states are rebuilt.
     *
     * @throws org.apache.kafka.common.KafkaException if Kafka does not respond in time while states are rebuilt
     */
    public List<SegmenterOutput> process(String stream, long offset, byte[] value) {
        if (offset > nextOffset) {
            rebuild(offset);
        }
        nextOffset = Math.max(nextOffset, offset + 1);
        return fold.fold(stream, offset, value);
    }

    /**
     * Folds the records before {@code until} that the states do not contain, because the states of a predecessor were
     * damaged or lost. If {@code packets} no longer retains the beginning of an epoch, cutting restarts with the
     * stream's next session.
     */
    private void rebuild(long until) {
        long[] count = new long[1];
        packets.read(partition, nextOffset, until, record -> {
            fold.refold(record.key(), record.offset(), record.value());
            count[0]++;
        });
        if (count[0] > 0) {
            log.warn("the states of partition {} were rebuilt from {} records before offset {}", partition, count[0],
                    until);
            meters.dropped("state");
        }
    }

    /**
     * Writes the states at the start of a commit.
     *
     * @param put writes a record of the changelog by its key; a null value deletes it
     */
    public void commit(BiConsumer<String, byte[]> put) {
        tenure.commit(fold, put);
    }
}
