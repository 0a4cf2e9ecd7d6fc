package io.millrace.simulation.engine;

/** A process that may be dead, or frozen for a while. */
public interface SimulatedProcess {
    /** Runs {@code what} now; when the process is frozen, after it has thawed; when it is dead, never. */
    void run(Runnable what);

    boolean isDead();

    boolean isFrozen();
}
