package io.millrace.media.bytes;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryBudgetTest {
    private final MemoryBudget budget = new MemoryBudget(100);
    private final List<String> shed = new ArrayList<>();

    @Test
    void allOfItMayBeTakenAndNoByteMore() {
        MemoryBudget.Share only = open("only");
        only.take(100);
        assertThatThrownBy(() -> only.take(1)).isInstanceOf(OverLimitException.class)
                .hasMessageContaining("memoryOfPeers: is 101, the limit is 100");
        assertThat(budget.bytes()).isEqualTo(100);
        only.giveBack(1);
        only.take(1);
        assertThat(shed).isEmpty();
    }

    @Test
    void theNewestStrangerGoesFirst() {
        MemoryBudget.Share oldest = open("oldest");
        MemoryBudget.Share newer = open("newer");
        MemoryBudget.Share newest = open("newest");
        newest.take(20);
        newer.take(40);
        oldest.take(40);
        oldest.take(30);
        assertThat(shed).as("the newest is not enough").containsExactly("newest", "newer");
        assertThatThrownBy(() -> newest.take(1)).as("one that goes takes nothing more")
                .isInstanceOf(OverLimitException.class);
        newest.close();
        newer.close();
        assertThat(budget.bytes()).isEqualTo(70);
    }

    @Test
    void aStrangerTakesNothingFromThoseThatWereThereBefore() {
        open("old").take(60);
        MemoryBudget.Share latecomer = open("latecomer");
        latecomer.take(40);
        assertThatThrownBy(() -> latecomer.take(1)).isInstanceOf(OverLimitException.class);
        assertThat(shed).isEmpty();
    }

    @Test
    void noAdmittedPeerGoesBeforeAllStrangersHaveGone() {
        MemoryBudget.Share publisher = open("publisher");
        MemoryBudget.Share stranger = open("stranger");
        MemoryBudget.Share late = open("late publisher");
        publisher.admit(true);
        late.admit(true);
        stranger.take(60);
        late.take(40);
        publisher.take(50);
        assertThat(shed).containsExactly("stranger");
        publisher.take(20);
        assertThat(shed).as("then the newest publisher").containsExactly("stranger", "late publisher");
    }

    @Test
    void oneThatHoldsNothingIsNotShed() {
        MemoryBudget.Share idle = open("idle");
        MemoryBudget.Share greedy = open("greedy");
        idle.take(10);
        idle.giveBack(10);
        greedy.take(100);
        assertThatThrownBy(() -> greedy.take(1)).isInstanceOf(OverLimitException.class);
        assertThat(shed).isEmpty();
    }

    private MemoryBudget.Share open(String name) {
        return budget.open(() -> shed.add(name));
    }
}
