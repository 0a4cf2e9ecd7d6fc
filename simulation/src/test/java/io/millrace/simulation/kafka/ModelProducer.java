package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.SimulatedProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The idempotent producer of one process, with one request in flight for each partition. A {@link Lane} has the records of a
 * partition. Confined to one thread.
 */
public final class ModelProducer {
    /** Called when a record is acknowledged or has failed. */
    @FunctionalInterface
    public interface Outcome {
        Outcome IGNORED = (_, _) -> {};

        /**
         * @param offset offset of the record in its partition, -1 if it failed
         * @param failure why it failed, or null
         */
        void done(long offset, Exception failure);
    }

    /**
     * @param requestMs a request without a response is repeated after this
     * @param deliveryMs a record that is not acknowledged after this has failed
     */
    public record Times(int requestMs, int deliveryMs) {}

    private final ModelKafka kafka;
    private final long id;
    private final SimulatedProcess process;
    private final Times times;
    private final Map<ModelPartition, Lane> lanes = new HashMap<>();
    private final List<Runnable> flushes = new ArrayList<>();
    private int outstanding;
    private long slowUntilMs;
    private boolean closed;

    ModelProducer(ModelKafka kafka, long id, SimulatedProcess process, Times times) {
        this.kafka = kafka;
        this.id = id;
        this.process = process;
        this.times = times;
    }

    /** Requests that are sent until then may be lost, or arrive much later. */
    public void slowUntil(long atMs) {
        slowUntilMs = atMs;
    }

    /** Sends nothing more. What has been sent may still arrive; nothing is reported. */
    public void close() {
        closed = true;
        lanes.values().forEach(Lane::close);
        flushes.clear();
    }

    /** Sends a record. Those of one partition arrive in the order of the calls, once each. */
    public void send(ModelPartition to, String key, byte[] value, long timestampMs, Outcome outcome) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        outstanding++;
        lanes.computeIfAbsent(to, _ -> new Lane(kafka, to, id, process, times, () -> slowUntilMs))
                .add(new Batch.Entry(key, value, timestampMs), (offset, failure) -> {
                    outcome.done(offset, failure);
                    settled();
                });
    }

    private void settled() {
        outstanding--;
        if (outstanding == 0) {
            List<Runnable> flushed = List.copyOf(flushes);
            flushes.clear();
            flushed.forEach(Runnable::run);
        }
    }

    /** Calls {@code then} when every record has been acknowledged or has failed. */
    public void flush(Runnable then) {
        if (outstanding == 0) {
            then.run();
        } else {
            flushes.add(then);
        }
    }
}
