package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.Topic;
import io.millrace.segmenter.meters.SegmenterMeters;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folds one partition of {@code packets} and forwards cuts and directory entries. At the first record, or at the first
 * punctuation if there is none, it loads the {@link PartitionFold} of its predecessor and repeats the outputs that the
 * predecessor may have lost. Confined to its task.
 */
final class SegmentProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Logger log = LoggerFactory.getLogger(SegmentProcessor.class);
    private static final Duration SOON = Duration.ofMillis(10);

    private final SegmenterMeters meters;
    private final CommittedPositions committed;
    private final PacketsRange packets;
    private final IntConsumer sent;
    private ProcessorContext<String, byte[]> context;
    private CommitStore store;
    /** Null until the state is loaded. */
    private PartitionFold fold;
    private Cancellable start;
    /** The next record that the states do not contain for certain. */
    private long nextOffset;

    /**
     * @param packets for rebuilding states
     * @param sent called with the number of records that were passed to the producer
     */
    SegmentProcessor(SegmenterMeters meters, CommittedPositions committed, PacketsRange packets, IntConsumer sent) {
        this.meters = meters;
        this.committed = committed;
        this.packets = packets;
        this.sent = sent;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        store = context.getStateStore(SegmenterTopology.FOLDS);
        fold = null;
        // Outputs cannot be forwarded during init. The first punctuation is the first opportunity.
        start = context.schedule(SOON, PunctuationType.WALL_CLOCK_TIME, this::start);
    }

    private void start(long nowMs) {
        start.cancel();
        fold = new PartitionFold(meters);
        int partition = context.taskId().partition();
        Tenure tenure = new Tenure(UUID.randomUUID().toString(), store.contents(), () -> committed.of(partition));
        List<Output> repeated = fold.resume(tenure.states());
        nextOffset = tenure.isUnreadable() || fold.isDamaged() ? 0 : tenure.position() + 1;
        store.atCommit(put -> tenure.commit(fold, put));
        repeated.forEach(output -> forward(output, nowMs));
        if (!repeated.isEmpty()) {
            sent.accept(repeated.size());
            meters.repeated(repeated.size());
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (fold == null) {
            start(record.timestamp());
        }
        long offset = context.recordMetadata().orElseThrow().offset();
        if (offset > nextOffset) {
            rebuild(offset);
        }
        nextOffset = Math.max(nextOffset, offset + 1);
        List<Output> outputs = fold.fold(record.key(), offset, record.value());
        if (outputs.isEmpty()) {
            return;
        }
        for (Output output : outputs) {
            forward(output, record.timestamp());
            if (output.arrivalUs() > 0) {
                meters.cut(context.currentSystemTimeMs() * 1_000 - output.arrivalUs());
            }
        }
        sent.accept(outputs.size());
    }

    /**
     * Folds the records before {@code until} that the states do not contain, because the states of a predecessor were
     * damaged or lost. If {@code packets} no longer retains the beginning of an epoch, cutting restarts with the
     * stream's next session.
     */
    private void rebuild(long until) {
        long[] count = new long[1];
        packets.read(context.taskId().partition(), nextOffset, until, record -> {
            fold.refold(record.key(), record.offset(), record.value());
            count[0]++;
        });
        if (count[0] > 0) {
            log.warn("the states of partition {} were rebuilt from {} records before offset {}",
                    context.taskId().partition(), count[0], until);
            meters.dropped("state");
        }
    }

    private void forward(Output output, long timestampMs) {
        String sink = output.topic() == Topic.SEGMENTS ? SegmenterTopology.SEGMENTS : SegmenterTopology.STREAMS;
        context.forward(new Record<>(output.key(), output.value(), timestampMs), sink);
    }
}
