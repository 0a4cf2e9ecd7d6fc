package io.millrace.simulation;

import io.millrace.simulation.engine.SimulatedProcess;
import io.millrace.testkit.oracle.Fact;
import java.util.ArrayDeque;
import java.util.Deque;

/** One run of a process, which can be killed and frozen between any two of its steps. Confined to one thread. */
abstract class StageProcess implements SimulatedProcess {
    private final History history;
    private final String name;
    private final Deque<Runnable> deferred = new ArrayDeque<>();
    private boolean dead;
    private boolean frozen;

    /** @param name what the history calls the process */
    StageProcess(History history, String name) {
        this.history = history;
        this.name = name;
    }

    String name() {
        return name;
    }

    abstract void start();

    /** Requests that are sent until then may be lost, or arrive much later. A process without a producer sends none. */
    void slowUntil(long atMs) {
        // No producer.
    }

    @Override
    public void run(Runnable what) {
        if (frozen) {
            deferred.add(what);
        } else if (!dead) {
            try {
                what.run();
            } catch (RuntimeException e) {
                dead = true;
                history.add(new Fact.ProcessFailed(name, e.toString()));
            }
        }
    }

    void kill() {
        dead = true;
        frozen = false;
        deferred.clear();
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
        while (!frozen && !deferred.isEmpty()) {
            run(deferred.poll());
        }
    }

    @Override
    public boolean isDead() {
        return dead;
    }

    @Override
    public boolean isFrozen() {
        return frozen;
    }
}
