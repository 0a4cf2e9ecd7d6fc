package io.millrace.simulation;

import io.millrace.simulation.engine.EventQueue;
import io.millrace.simulation.kafka.ModelKafka;
import java.time.Instant;
import java.time.InstantSource;

/** The wall clock of one machine, which may be wrong and may jump. Confined to one thread. */
final class NodeClock implements InstantSource {
    private final EventQueue events;
    private long offsetMs;

    NodeClock(EventQueue events, long offsetMs) {
        this.events = events;
        this.offsetMs = offsetMs;
    }

    void jump(long byMs) {
        offsetMs += byMs;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        return ModelKafka.BEGINNING_MS + events.nowMs() + offsetMs;
    }
}
