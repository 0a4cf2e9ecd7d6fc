package io.millrace.simulation;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

class SimulationTest {
    private static final long FEW_SEEDS = 500;
    private static final String SEED = "millrace.seed";
    private static final Set<Fault> FAULTS = EnumSet.allOf(Fault.class);
    private static final Set<Defect> NONE = EnumSet.noneOf(Defect.class);

    /** With {@code -Dmillrace.seed=N} only that seed, as a replay. How long it takes is the number of seeds. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyPromiseHoldsForEverySeed() {
        Long replayed = Long.getLong(SEED);
        long first = replayed == null ? 0 : replayed;
        long count = replayed == null ? Long.getLong("millrace.seeds", FEW_SEEDS) : 1;
        Optional<Long> broken = Seeds.find(first, count, FAULTS, NONE, _ -> true);
        assertThat(broken.map(SimulationTest::told)).isEmpty();
    }

    @Test
    void seedDeterminesHistory() {
        String once = Simulation.run(7, Plan.of(7, FAULTS), NONE).verbatim();
        assertThat(Simulation.run(7, Plan.of(7, FAULTS), NONE).verbatim()).isEqualTo(once);
        assertThat(Simulation.run(8, Plan.of(8, FAULTS), NONE).verbatim()).isNotEqualTo(once);
    }

    private static String told(long seed) {
        return Seeds.told(seed, FAULTS, NONE, _ -> true);
    }
}
