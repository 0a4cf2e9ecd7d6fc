package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.Topic;
import io.millrace.segmenter.meters.SegmenterMeters;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Folds one partition of {@code packets} and forwards cuts and directory entries. At the first record, or at the first
 * punctuation if there is none, it loads the {@link PartitionFold} of its predecessor and repeats the outputs that the
 * predecessor may have lost. Confined to its task.
 */
final class SegmentProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Duration SOON = Duration.ofMillis(10);

    private final SegmenterMeters meters;
    private final LogMark.Log log;
    private ProcessorContext<String, byte[]> context;
    private CommitStore store;
    /** Null until the state is loaded. */
    private PartitionFold fold;
    private Cancellable start;

    SegmentProcessor(SegmenterMeters meters, LogMark.Log log) {
        this.meters = meters;
        this.log = log;
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
        var next = new PartitionFold(meters);
        List<Output> repeated = next.resume(store.contents(), mark -> log.has(mark, context.taskId().partition()));
        // Set last: Kafka Streams repeats the call if Kafka does not respond in time.
        start.cancel();
        fold = next;
        store.atCommit(fold::commit);
        repeated.forEach(output -> forward(output, nowMs));
        if (!repeated.isEmpty()) {
            meters.repeated(repeated.size());
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (fold == null) {
            start(record.timestamp());
        }
        long offset = context.recordMetadata().orElseThrow().offset();
        if (fold.lacksPast()) {
            log.read(context.taskId().partition(), fold.position() + 1, offset, (stream, before, value) -> fold
                    .fold(stream, before, value).forEach(output -> forward(output, record.timestamp())));
            fold.hasPast();
        }
        for (Output output : fold.fold(record.key(), offset, record.value())) {
            forward(output, record.timestamp());
            if (output.arrivalUs() > 0) {
                meters.cut(context.currentSystemTimeMs() * 1_000 - output.arrivalUs());
            }
        }
    }

    private void forward(Output output, long timestampMs) {
        String sink = output.topic() == Topic.SEGMENTS ? SegmenterTopology.SEGMENTS : SegmenterTopology.STREAMS;
        context.forward(new Record<>(output.key(), output.value(), timestampMs), sink);
    }
}
