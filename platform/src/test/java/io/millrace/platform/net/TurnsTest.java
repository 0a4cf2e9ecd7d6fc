package io.millrace.ingest.policy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TurnsTest {
    private final Turns turns = new Turns(1);

    @Test
    void theOldestIsTheNext() {
        Turns.Turn first = turns.next("a");
        Turns.Turn second = turns.next("a");
        Turns.Turn third = turns.next("a");
        assertThat(first.begin()).isCompleted();
        assertThat(second.begin()).isNotDone();
        turns.done(first);
        assertThat(second.begin()).isCompleted();
        assertThat(third.begin()).isNotDone();
    }

    @Test
    void networksTakeTurns() {
        Turns.Turn running = turns.next("a");
        List<Turns.Turn> greedy = next("a", 3);
        Turns.Turn late = turns.next("b");
        turns.done(running);
        assertThat(greedy.getFirst().begin()).isCompleted();
        turns.done(greedy.getFirst());
        assertThat(late.begin()).as("before the others of the first network").isCompleted();
        turns.done(late);
        assertThat(greedy.get(1).begin()).isCompleted();
        assertThat(greedy.get(2).begin()).isNotDone();
    }

    @Test
    void oneNetworkRunsThreeQuartersAndTheLastAreForOthers() {
        Turns four = new Turns(4);
        List<Turns.Turn> greedy = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            greedy.add(four.next("greedy"));
        }
        assertThat(greedy.get(2).begin()).isCompleted();
        assertThat(greedy.get(3).begin()).isNotDone();
        Turns.Turn other = four.next("other");
        assertThat(other.begin()).isCompleted();
        four.done(other);
        assertThat(greedy.get(3).begin()).as("it still runs three").isNotDone();
        four.done(greedy.get(0));
        assertThat(greedy.get(3).begin()).isCompleted();
    }

    @Test
    void asManyOfANetworkWaitAsMayAndTheNextIsToldAtOnce() {
        Turns.Turn first = turns.next("a");
        List<Turns.Turn> waiting = next("a", Turns.WAITING_OF_NETWORK);
        Turns.Turn tooMany = turns.next("a");
        assertThat(waiting).noneMatch(turn -> turn.begin().isDone());
        assertThat(tooMany.begin()).isCompletedExceptionally();
        turns.done(tooMany);
        assertThat(waiting).as("it had no turn to hand on").noneMatch(turn -> turn.begin().isDone());
        assertThat(turns.next("b").begin()).as("another network").isNotDone();
        turns.done(first);
        assertThat(waiting.getFirst().begin()).isCompleted();
        assertThat(turns.next("a").begin()).isNotDone();
    }

    @Test
    void asManyWaitInTotalAsMay() {
        turns.next("a");
        for (String network : List.of("a", "b", "c", "d")) {
            next(network, Turns.WAITING_OF_NETWORK);
        }
        assertThat(turns.networks()).isEqualTo(4);
        Turns.Turn tooMany = turns.next("e");
        assertThat(tooMany.begin()).isCompletedExceptionally();
        turns.done(tooMany);
        assertThat(turns.networks()).isEqualTo(4);
    }

    @Test
    void oneThatGivesUpLeavesTheLine() {
        Turns.Turn running = turns.next("a");
        Turns.Turn impatient = turns.next("b");
        Turns.Turn last = turns.next("c");
        turns.done(impatient);
        turns.done(running);
        assertThat(impatient.begin()).isNotDone();
        assertThat(last.begin()).isCompleted();
        turns.done(last);
        assertThat(turns.networks()).isZero();
        assertThat(turns.next("d").begin()).isCompleted();
    }

    private List<Turns.Turn> next(String network, int count) {
        List<Turns.Turn> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(turns.next(network));
        }
        return all;
    }
}
