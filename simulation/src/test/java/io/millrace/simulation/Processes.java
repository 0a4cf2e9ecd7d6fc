package io.millrace.simulation;

import io.millrace.testkit.oracle.Fact;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The processes of a simulation, and the faults that they suffer. Confined to one thread. */
final class Processes {
    /** Starts runs of processes. */
    @FunctionalInterface
    interface Starter {
        /** @param run number of the run among all of this simulation */
        StageProcess create(Stage stage, int number, int run);
    }

    private final World world;
    private final Starter starter;
    /** The newest run of each process. */
    private final Map<Stage, List<StageProcess>> newest = new EnumMap<>(Stage.class);
    private int runs;

    Processes(World world, Starter starter) {
        this.world = world;
        this.starter = starter;
        for (Stage stage : Stage.values()) {
            newest.put(stage, new ArrayList<>());
        }
    }

    void startAll(Stage stage, int count) {
        for (int number = 0; number < count; number++) {
            newest.get(stage).add(null);
            start(stage, number);
        }
    }

    boolean exists(Stage stage, int number) {
        return number < newest.get(stage).size();
    }

    StageProcess of(Stage stage, int number) {
        return newest.get(stage).get(number);
    }

    List<StageProcess> alive(Stage stage) {
        return newest.get(stage).stream().filter(process -> !process.isDead()).toList();
    }

    void start(Stage stage, int number) {
        StageProcess former = of(stage, number);
        if (former == null || former.isDead()) {
            note(stage, number, "starts");
            StageProcess started = starter.create(stage, number, runs++);
            newest.get(stage).set(number, started);
            started.start();
        }
    }

    /** Returns whether it was alive. */
    boolean kill(Stage stage, int number) {
        StageProcess killed = of(stage, number);
        boolean wasAlive = !killed.isDead();
        if (wasAlive) {
            note(stage, number, "is killed");
            killed.kill();
        }
        return wasAlive;
    }

    /** Returns whether it ran. */
    boolean freeze(Stage stage, int number, int forMs) {
        StageProcess frozen = of(stage, number);
        boolean ran = !frozen.isDead() && !frozen.isFrozen();
        if (ran) {
            note(stage, number, "freezes for " + forMs + " ms");
            frozen.freeze();
            world.events().after(forMs, () -> {
                if (of(stage, number) == frozen) {
                    thaw(stage, number);
                }
            });
        }
        return ran;
    }

    private void thaw(Stage stage, int number) {
        if (of(stage, number).isFrozen()) {
            note(stage, number, "goes on");
            of(stage, number).thaw();
        }
    }

    void slow(Stage stage, int number, int forMs) {
        note(stage, number, "has slow connections for " + forMs + " ms");
        of(stage, number).slowUntil(world.events().nowMs() + forMs);
    }

    /** Ends all faults. */
    void heal() {
        newest.forEach((stage, processes) -> {
            for (int number = 0; number < processes.size(); number++) {
                of(stage, number).slowUntil(world.events().nowMs());
                thaw(stage, number);
                start(stage, number);
            }
        });
    }

    private void note(Stage stage, int number, String words) {
        world.history().add(new Fact.Note("", stage.name(number) + " " + words));
    }
}
