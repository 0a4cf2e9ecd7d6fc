package io.millrace.simulation.kafka;

import io.millrace.simulation.engine.Chance;
import io.millrace.simulation.engine.SimulatedProcess;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.TimeoutException;

/** The records of one producer for one partition: in order, one request at a time, repeated until it is acknowledged. */
final class Lane {
    private static final int LINGER_MS = 2;
    private static final int MOST_RECORDS = 50;
    /** Delay of a request in a socket, on a slow connection or, rarely, on any. */
    private static final int LATE_MS = 25_000;
    private static final int RARELY = 3_000;

    private record Waiting(Batch.Entry entry, long sinceMs, ModelProducer.Outcome outcome) {}

    private final ModelKafka kafka;
    private final ModelPartition partition;
    private final long producer;
    private final SimulatedProcess process;
    private final ModelProducer.Times times;
    private final LongSupplier slowUntilMs;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private List<Waiting> inFlight = List.of();
    private Batch batch;
    private int attempt;
    private int epoch;
    private int sequence;
    private boolean lingering;

    Lane(ModelKafka kafka, ModelPartition partition, long producer, SimulatedProcess process,
            ModelProducer.Times times, LongSupplier slowUntilMs) {
        this.kafka = kafka;
        this.partition = partition;
        this.producer = producer;
        this.process = process;
        this.times = times;
        this.slowUntilMs = slowUntilMs;
    }

    /** Repeats nothing, and sends nothing more. */
    void close() {
        queue.clear();
        inFlight = List.of();
        batch = null;
    }

    void add(Batch.Entry entry, ModelProducer.Outcome outcome) {
        queue.add(new Waiting(entry, kafka.events().nowMs(), outcome));
        linger();
    }

    private void linger() {
        if (batch == null && !lingering && !queue.isEmpty()) {
            lingering = true;
            kafka.events().after(LINGER_MS, () -> process.run(() -> {
                lingering = false;
                next();
            }));
        }
    }

    private void next() {
        if (batch != null || queue.isEmpty()) {
            return;
        }
        List<Waiting> taken = new ArrayList<>();
        List<Batch.Entry> entries = new ArrayList<>();
        for (int left = kafka.chance().between(1, MOST_RECORDS); left > 0 && !queue.isEmpty(); left--) {
            Waiting next = queue.poll();
            taken.add(next);
            entries.add(next.entry());
        }
        inFlight = taken;
        batch = new Batch(producer, epoch, sequence, entries);
        transmit();
    }

    private void transmit() {
        Batch sent = batch;
        int number = ++attempt;
        Chance chance = kafka.chance();
        boolean slow = kafka.events().nowMs() < slowUntilMs.getAsLong() || chance.oneIn(RARELY);
        boolean lostWithSender = chance.oneIn(3);
        if (!slow || !chance.oneIn(3)) {
            int delayMs = slow ? chance.between(1, LATE_MS) : kafka.hopMs();
            kafka.events().after(delayMs, () -> {
                if (!(process.isDead() && lostWithSender)) {
                    kafka.receive(partition, sent, offset -> answer(sent, offset, slow && chance.oneIn(3)),
                            why -> kafka.events().after(kafka.hopMs(), () -> process.run(() -> rejected(sent, why))));
                }
            });
        }
        kafka.events().after(times.requestMs(), () -> process.run(() -> {
            if (batch == sent && attempt == number) {
                retry();
            }
        }));
    }

    private void answer(Batch sent, long offset, boolean lost) {
        if (!lost) {
            kafka.events().after(kafka.hopMs(), () -> process.run(() -> acknowledged(sent, offset)));
        }
    }

    private void acknowledged(Batch acknowledged, long offset) {
        if (batch != acknowledged) {
            return;
        }
        List<Waiting> done = inFlight;
        sequence += done.size();
        batch = null;
        inFlight = List.of();
        for (int i = 0; i < done.size(); i++) {
            done.get(i).outcome().done(offset + i, null);
        }
        linger();
    }

    private void rejected(Batch rejected, Exception why) {
        if (batch == rejected) {
            List<Waiting> failed = inFlight;
            newEpoch();
            failed.forEach(waiting -> waiting.outcome().done(-1, why));
            linger();
        }
    }

    private void newEpoch() {
        batch = null;
        inFlight = List.of();
        epoch++;
        sequence = 0;
    }

    /** The outcome of a failed batch is unknown: the next batch has a new epoch, which fences it. */
    private void retry() {
        if (!isLate(inFlight.getFirst())) {
            transmit();
            return;
        }
        List<Waiting> failed = new ArrayList<>(inFlight);
        newEpoch();
        while (!queue.isEmpty() && isLate(queue.peek())) {
            failed.add(queue.poll());
        }
        failed.forEach(waiting -> waiting.outcome().done(-1, new TimeoutException("not acknowledged in time")));
        linger();
    }

    private boolean isLate(Waiting waiting) {
        return kafka.events().nowMs() - waiting.sinceMs() >= times.deliveryMs();
    }
}
