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
 * Folds one partition of {@code packets} and forwards cuts and directory entries. After a start, it first repeats the
 * outputs that its predecessor may have lost: at the first record, or at the first punctuation if there is none.
 * Confined to its task.
 */
final class SegmentProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Duration SOON = Duration.ofMillis(10);

    private final SegmenterMeters meters;
    private ProcessorContext<String, byte[]> context;
    private FoldStore store;
    private List<Output> repeated = List.of();
    private Cancellable repetition;

    SegmentProcessor(SegmenterMeters meters) {
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        store = context.getStateStore(FoldStore.NAME);
        repeated = store.load();
        // Outputs cannot be forwarded during init. The first punctuation is the first opportunity.
        repetition = context.schedule(SOON, PunctuationType.WALL_CLOCK_TIME, this::repeat);
    }

    private void repeat(long nowMs) {
        repetition.cancel();
        List<Output> outputs = repeated;
        repeated = List.of();
        outputs.forEach(output -> forward(output, nowMs));
        if (!outputs.isEmpty()) {
            meters.repeated(outputs.size());
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        if (!repeated.isEmpty()) {
            repeat(record.timestamp());
        }
        long offset = context.recordMetadata().orElseThrow().offset();
        for (Output output : store.fold().fold(record.key(), offset, record.value())) {
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
