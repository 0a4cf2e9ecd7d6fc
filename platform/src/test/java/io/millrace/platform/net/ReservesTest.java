package io.millrace.platform.net;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReservesTest {
    private static final int LIMIT = 64;
    private static final int LAST = LIMIT / 8;

    private final Reserves reserves = new Reserves(LIMIT);

    @Test
    void networksWithManyUseAllButLastEighth() {
        take("first", LIMIT / 2);
        take("second", LIMIT / 2 - LAST);
        assertThat(reserves.take("first")).isFalse();
        assertThat(reserves.take("second")).isFalse();
        assertThat(reserves.take("third")).isTrue();
        reserves.release("first");
        assertThat(reserves.take("second")).as("what the first released counts for the last eighth").isFalse();
        reserves.release("first");
        assertThat(reserves.take("second")).isTrue();
    }

    @Test
    void networkHasFewOfLastEighth() {
        take("greedy", LIMIT - LAST);
        take("other", Reserves.FEW);
        assertThat(reserves.take("other")).isFalse();
        reserves.release("other");
        assertThat(reserves.take("other")).isTrue();
    }

    @Test
    void networksWithFewUseLastEighth() {
        IntStream.range(0, LIMIT).forEach(i -> assertThat(reserves.take("network " + i)).isTrue());
        assertThat(reserves.take("one more")).isFalse();
        reserves.release("network 0");
        assertThat(reserves.take("one more")).isTrue();
    }

    @Test
    void forgetsNetworksWithoutReserve() {
        take("network", 2);
        reserves.release("network");
        assertThat(reserves.networks()).isEqualTo(1);
        reserves.release("network");
        assertThat(reserves.networks()).isZero();
    }

    private void take(String network, int count) {
        IntStream.range(0, count).forEach(_ -> assertThat(reserves.take(network)).isTrue());
    }
}
