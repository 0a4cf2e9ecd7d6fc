package io.millrace.platform.net;

import io.millrace.media.bytes.OverLimitException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryBudgetTest {
    private static final int RESERVE = 25;

    private final MemoryBudget budget = new MemoryBudget(100, RESERVE);
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
        MemoryBudget.Share player = open("player");
        MemoryBudget.Share stranger = open("stranger");
        MemoryBudget.Share late = open("late player");
        player.admit(true);
        late.admit(true);
        stranger.take(60);
        late.take(40);
        player.take(50);
        assertThat(shed).containsExactly("stranger");
        player.take(20);
        assertThat(shed).as("then the newest player").containsExactly("stranger", "late player");
    }

    @Test
    void oneWithinItsReserveIsNeverShedWhateverOthersTake() {
        MemoryBudget.Share publisher = publisher("publisher");
        publisher.take(RESERVE);
        MemoryBudget.Share stranger = open("stranger");
        MemoryBudget.Share greedy = publisher("greedy");
        stranger.take(40);
        greedy.take(35);
        assertThatThrownBy(() -> stranger.take(1)).isInstanceOf(OverLimitException.class);
        greedy.take(1);
        assertThat(shed).containsExactly("stranger");
        stranger.close();
        greedy.take(39);
        assertThatThrownBy(() -> greedy.take(1)).as("none but itself holds more than its reserve")
                .isInstanceOf(OverLimitException.class);
        greedy.close();
        assertThat(shed).containsExactly("stranger");
        assertThat(budget.bytes()).isEqualTo(RESERVE);
    }

    @Test
    void whatIsReservedMayBeTakenAtAnyTime() {
        MemoryBudget.Share publisher = publisher("publisher");
        open("stranger").take(100);
        publisher.take(RESERVE);
        assertThat(shed).containsExactly("stranger");
    }

    @Test
    void afterTheStrangersGoesTheOneThatHasHeldMoreThanItsReserveForLongest() {
        MemoryBudget.Share quick = publisher("quick");
        MemoryBudget.Share slow = publisher("slow");
        MemoryBudget.Share running = publisher("running");
        quick.take(RESERVE + 1);
        slow.take(RESERVE + 1);
        quick.giveBack(1);
        quick.take(1);
        running.take(100 - 2 * (RESERVE + 1));
        assertThat(shed).isEmpty();
        running.take(1);
        assertThat(shed).as("quick has given back meanwhile, and slow has not").containsExactly("slow");
    }

    @Test
    void reservesLeaveAQuarterToTheOthers() {
        List<MemoryBudget.Share> publishers = List.of(open("1"), open("2"), open("3"));
        publishers.forEach(publisher -> assertThat(publisher.reserve()).isTrue());
        MemoryBudget.Share fourth = open("4");
        assertThat(fourth.reserve()).isFalse();
        assertThat(publishers.getFirst().reserve()).as("has it already").isTrue();
        publishers.getFirst().endReserve();
        assertThat(fourth.reserve()).isTrue();
        assertThat(publishers.getFirst().reserve()).isFalse();
        publishers.getLast().close();
        assertThat(publishers.getFirst().reserve()).isTrue();
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

    private MemoryBudget.Share publisher(String name) {
        MemoryBudget.Share publisher = open(name);
        publisher.admit(true);
        assertThat(publisher.reserve()).isTrue();
        return publisher;
    }

    private MemoryBudget.Share open(String name) {
        return budget.open(() -> shed.add(name));
    }
}
