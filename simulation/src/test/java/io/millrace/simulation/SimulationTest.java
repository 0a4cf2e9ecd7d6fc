package io.millrace.simulation;

import io.millrace.testkit.SlowTest;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class SimulationTest {
    private static final long FEW_SEEDS = 160;
    private static final String SEED = "millrace.seed";
    private static final Set<Defect> NONE = EnumSet.noneOf(Defect.class);

    /** With {@code -Dmillrace.seed=N} only that seed, as a replay. */
    @ParameterizedTest
    @EnumSource(Depth.class)
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyPromiseHoldsForSomeSeeds(Depth depth) {
        Long replayed = Long.getLong(SEED);
        assertPromisesHold(depth, replayed == null ? 0 : replayed, replayed == null ? depth.of(FEW_SEEDS) : 1);
    }

    /** How long it takes is the number of seeds, {@code -Dmillrace.seeds=N}. */
    @SlowTest
    @ParameterizedTest
    @EnumSource(Depth.class)
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyPromiseHoldsForEverySeed(Depth depth) {
        assertPromisesHold(depth, 0, depth.of(Long.getLong("millrace.seeds", FEW_SEEDS)));
    }

    private static void assertPromisesHold(Depth depth, long first, long count) {
        Optional<Long> broken = Seeds.find(first, count, depth, depth.faults(), NONE, _ -> true);
        assertThat(broken.map(seed -> Seeds.told(seed, depth, depth.faults(), NONE, _ -> true))).isEmpty();
    }

    @Test
    void seedDeterminesHistory() {
        Set<Fault> faults = Depth.VIEWERS.faults();
        String once = Simulation.run(7, Plan.of(7, Depth.VIEWERS, faults), NONE).verbatim();
        assertThat(Simulation.run(7, Plan.of(7, Depth.VIEWERS, faults), NONE).verbatim()).isEqualTo(once);
        assertThat(Simulation.run(8, Plan.of(8, Depth.VIEWERS, faults), NONE).verbatim()).isNotEqualTo(once);
    }
}
