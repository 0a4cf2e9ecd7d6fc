package io.millrace.simulation.engine;

import java.util.List;
import java.util.SplittableRandom;

/** The only source of randomness in a simulation: the same seed draws the same numbers. Confined to one thread. */
public final class Chance {
    private final SplittableRandom random;

    public Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns a number from {@code least} to {@code most}, both included. */
    public int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** Returns true once in {@code n} times on average. */
    public boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    public <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
