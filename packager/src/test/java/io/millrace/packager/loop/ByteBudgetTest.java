package io.millrace.packager.loop;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ByteBudgetTest {
    @Test
    void stalledPartitionLeavesHalfToOthers() {
        ByteBudget budget = new ByteBudget(1_000);
        ByteBudget.Share stuck = budget.share();
        while (stuck.hasRoom()) {
            stuck.add(10);
        }
        assertThat(stuck.bytes()).isEqualTo(500);
        ByteBudget.Share other = budget.share();
        assertThat(other.allowedBytes()).isEqualTo(250);
        stuck.close();
        assertThat(other.allowedBytes()).isEqualTo(500);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void emptyShareAlwaysHasRoom() {
        ByteBudget budget = new ByteBudget(10);
        budget.share().add(10_000);
        assertThat(budget.share().hasRoom()).isTrue();
    }

    @Property
    void sharesWithinAllowanceStayWithinLimit(@ForAll long seed,
            @ForAll @IntRange(min = 1, max = 50) int count) {
        Random random = new Random(seed);
        ByteBudget budget = new ByteBudget(100_000);
        List<ByteBudget.Share> shares = IntStream.range(0, count).mapToObj(_ -> budget.share()).toList();
        for (int i = 0; i < 500; i++) {
            ByteBudget.Share share = shares.get(random.nextInt(count));
            long target = random.nextLong(share.allowedBytes() + 1);
            share.add(target - share.bytes());
            assertThat(budget.usedBytes()).isLessThanOrEqualTo(100_000);
        }
        for (ByteBudget.Share share : shares) {
            assertThat(share.allowedBytes()).as("of what is left").isPositive();
        }
    }
}
