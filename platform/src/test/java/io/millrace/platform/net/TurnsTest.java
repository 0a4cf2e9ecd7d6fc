package io.millrace.platform.net;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TurnsTest {
    private static final int WAITING = 40;
    private static final int WAITING_OF_NETWORK = 10;

    private final Turns turns = new Turns(new Turns.Limits(1, 1, WAITING, WAITING_OF_NETWORK, 0));

    @Test
    void oldestTaskIsNext() {
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
        assertThat(late.begin()).as("overtakes the first network").isCompleted();
        turns.done(late);
        assertThat(greedy.get(1).begin()).isCompleted();
        assertThat(greedy.get(2).begin()).isNotDone();
    }

    @Test
    void everySecondTurnGoesToNetworkWithFewest() {
        Turns.Turn running = turns.next("a");
        List<Turns.Turn> greedy = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            greedy.addAll(next("greedy" + i, 3));
        }
        Turns.Turn modest = turns.next("modest");
        turns.done(running);
        assertThat(greedy.getFirst().begin()).isCompleted();
        turns.done(greedy.getFirst());
        assertThat(modest.begin()).as("overtakes four earlier networks").isCompleted();
    }

    @Test
    void neverRefusesFurtherStep() {
        turns.next("a");
        next("a", WAITING_OF_NETWORK);
        assertThat(turns.again("a").begin()).isNotDone();
        assertThat(turns.next("a").begin()).isCompletedExceptionally();
    }

    @Test
    void reservedPlacesAreForNetworksWithFewerThanTwo() {
        Turns reserving = new Turns(new Turns.Limits(1, 1, 8, 8, 2));
        List<Turns.Turn> waiting = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            waiting.add(reserving.next("greedy"));
        }
        assertThat(waiting).as("one runs").noneMatch(turn -> turn.begin().isCompletedExceptionally());
        assertThat(reserving.next("greedy").begin()).isCompletedExceptionally();
        assertThat(List.of(reserving.next("b"), reserving.next("b")))
                .noneMatch(turn -> turn.begin().isCompletedExceptionally());
        assertThat(reserving.next("c").begin()).as("above the total limit").isCompletedExceptionally();
    }

    @Test
    void limitsRunningTasksPerNetwork() {
        Turns four = new Turns(new Turns.Limits(4, 3, WAITING, WAITING_OF_NETWORK, 0));
        List<Turns.Turn> greedy = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            greedy.add(four.next("greedy"));
        }
        assertThat(greedy.get(2).begin()).isCompleted();
        assertThat(greedy.get(3).begin()).isNotDone();
        Turns.Turn other = four.next("other");
        assertThat(other.begin()).isCompleted();
        four.done(other);
        assertThat(greedy.get(3).begin()).as("three tasks of the network are still running").isNotDone();
        four.done(greedy.get(0));
        assertThat(greedy.get(3).begin()).isCompleted();
    }

    @Test
    void limitsWaitingTasksPerNetwork() {
        Turns.Turn first = turns.next("a");
        List<Turns.Turn> waiting = next("a", WAITING_OF_NETWORK);
        Turns.Turn tooMany = turns.next("a");
        assertThat(waiting).noneMatch(turn -> turn.begin().isDone());
        assertThat(tooMany.begin()).isCompletedExceptionally();
        turns.done(tooMany);
        assertThat(waiting).as("a refused task releases no turn").noneMatch(turn -> turn.begin().isDone());
        assertThat(turns.next("b").begin()).as("another network").isNotDone();
        turns.done(first);
        assertThat(waiting.getFirst().begin()).isCompleted();
        assertThat(turns.next("a").begin()).isNotDone();
    }

    @Test
    void limitsAllWaitingTasks() {
        turns.next("a");
        for (String network : List.of("a", "b", "c", "d")) {
            next(network, WAITING_OF_NETWORK);
        }
        assertThat(turns.networks()).isEqualTo(4);
        Turns.Turn tooMany = turns.next("e");
        assertThat(tooMany.begin()).isCompletedExceptionally();
        turns.done(tooMany);
        assertThat(turns.networks()).isEqualTo(4);
    }

    @Test
    void taskThatGivesUpLeavesQueue() {
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
