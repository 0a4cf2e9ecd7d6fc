package io.millrace.segmenter.topology;

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

/**
 * Passes one partition of {@code packets} to a {@link PartitionTask} and forwards its cuts, directory entries and events. Loads
 * the states of its predecessor and repeats the outputs that the predecessor may have lost: at the first record or the
 * first punctuation, whichever comes first. Confined to its task.
 */
final class SegmentProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Duration SOON = Duration.ofMillis(10);

    private final SegmenterMeters meters;
    private final CommittedPositions committed;
    private final PacketsLog packets;
    private final IntConsumer sent;
    private ProcessorContext<String, byte[]> context;
    private CommitStore store;
    /** Null until the state is loaded. */
    private PartitionTask task;
    private Cancellable start;

    /**
     * Creates the processor of one task.
     *
     * @param committed the positions that this process has committed
     * @param packets reads {@code packets}, to compare states with the log and to rebuild them
     * @param sent called with the number of records that were passed to the producer
     */
    SegmentProcessor(SegmenterMeters meters, CommittedPositions committed, PacketsLog packets, IntConsumer sent) {
        this.meters = meters;
        this.committed = committed;
        this.packets = packets;
        this.sent = sent;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        store = context.getStateStore(SegmenterTopology.FOLDS);
        task = null;
        // Outputs cannot be forwarded during init. The first punctuation is the first opportunity.
        start = context.schedule(SOON, PunctuationType.WALL_CLOCK_TIME, this::start);
    }

    private void start(long nowMs) {
        int partition = context.taskId().partition();
        PartitionTask next = new PartitionTask(partition, UUID.randomUUID().toString(), store.contents(),
                () -> committed.of(partition), packets, meters);
        // Set last: Kafka Streams repeats the call if Kafka does not respond in time.
        start.cancel();
        task = next;
        store.atCommit(task::commit);
        List<SegmenterOutput> repeated = task.takeRepeated();
        if (!repeated.isEmpty()) {
            repeated.forEach(output -> forward(output, nowMs));
            sent.accept(repeated.size());
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (task == null) {
            start(record.timestamp());
        }
        long offset = context.recordMetadata().orElseThrow().offset();
        List<SegmenterOutput> outputs = task.process(record.key(), offset, record.value());
        if (outputs.isEmpty()) {
            return;
        }
        for (SegmenterOutput output : outputs) {
            forward(output, record.timestamp());
            if (output.arrivalUs() > 0) {
                meters.cut(context.currentSystemTimeMs() * 1_000 - output.arrivalUs());
            }
        }
        sent.accept(outputs.size());
    }

    private void forward(SegmenterOutput output, long timestampMs) {
        String sink = switch (output.topic()) {
            case SEGMENTS -> SegmenterTopology.SEGMENTS;
            case STREAMS -> SegmenterTopology.STREAMS;
            case EVENTS -> SegmenterTopology.EVENTS;
            default -> throw new IllegalStateException("the segmenter does not write " + output.topic());
        };
        context.forward(new Record<>(output.key(), output.value(), timestampMs), sink);
    }
}
