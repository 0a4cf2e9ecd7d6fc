package io.millrace.simulation;

import io.millrace.testkit.oracle.Violation;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** Runs seeds on all processors, and describes the history of a failing one. */
final class Seeds {
    private static final int AT_A_TIME = 64;

    private Seeds() {}

    /** Returns the smallest of {@code count} seeds whose history breaks a promise that {@code which} accepts. */
    static Optional<Long> find(long first, long count, Depth depth, Set<Fault> faults, Set<Defect> defects,
            Predicate<Violation> which) {
        // Own threads, because they have the class loader of the test, by which Kafka finds its classes.
        try (ExecutorService threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            long limit = first + count;
            long next = first;
            for (int size = 2; next < limit; size = Math.min(2 * size, AT_A_TIME)) {
                long from = next;
                next = Math.min(limit, from + size);
                List<Callable<Optional<Long>>> tries = LongStream.range(from, next)
                        .<Callable<Optional<Long>>>mapToObj(seed -> () -> Simulation
                                .run(seed, Plan.of(seed, depth, faults), defects).violation().filter(which)
                                .map(_ -> seed))
                        .toList();
                for (Future<Optional<Long>> tried : threads.invokeAll(tries)) {
                    if (tried.get().isPresent()) {
                        return tried.get();
                    }
                }
            }
            return Optional.empty();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Describes the history of the shortest plan that breaks a promise in this way. */
    static String told(long seed, Depth depth, Set<Fault> faults, Set<Defect> defects, Predicate<Violation> which) {
        History history = Simulation.run(seed, shortest(seed, depth, faults, defects, which), defects);
        return history.violation().map(it -> "seed " + seed + " breaks " + it.promise() + ": " + it.stream() + ": "
                + it.words() + "\n" + history.words(it.stream()) + "replay it with -Dmillrace.seed=" + seed + "\n")
                .orElse("seed " + seed + " breaks nothing");
    }

    private static Plan shortest(long seed, Depth depth, Set<Fault> faults, Set<Defect> defects,
            Predicate<Violation> which) {
        Plan shortest = Plan.of(seed, depth, faults);
        boolean shorter = true;
        while (shorter) {
            shorter = false;
            for (Plan.Step step : shortest.steps()) {
                Plan tried = shortest.without(step);
                if (Simulation.run(seed, tried, defects).violation().filter(which).isPresent()) {
                    shortest = tried;
                    shorter = true;
                }
            }
        }
        return shortest;
    }
}
