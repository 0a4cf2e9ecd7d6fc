package io.millrace.platform.net;

import io.millrace.media.bytes.OverLimitException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MemoryBudgetTest {
    private static final int RESERVE = 25;
    /** The share that is left to peers without a reserve. */
    private static final int MOST = 88;

    private long nowNanos = Long.MAX_VALUE - 1;
    private final MemoryBudget budget = new MemoryBudget(100, RESERVE, () -> nowNanos);
    private final List<String> shed = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();

    @Test
    void limitsTotal() {
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
    void closesNewestPendingPeerFirst() {
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
    void pendingPeerTakesNothingFromOlderOnes() {
        open("old").take(60);
        MemoryBudget.Share latecomer = open("latecomer");
        latecomer.take(40);
        assertThatThrownBy(() -> latecomer.take(1)).isInstanceOf(OverLimitException.class);
        assertThat(shed).isEmpty();
    }

    @Test
    void closesPendingPeersBeforeAdmittedOnes() {
        MemoryBudget.Share player = open("player");
        MemoryBudget.Share pending = open("pending");
        MemoryBudget.Share late = open("late player");
        player.admit(true);
        late.admit(true);
        pending.take(60);
        late.take(40);
        player.take(50);
        assertThat(shed).containsExactly("pending");
        player.take(20);
        assertThat(shed).as("then the newest player").containsExactly("pending", "late player");
    }

    @Test
    void neverClosesPeerWithinReserve() {
        MemoryBudget.Share publisher = publisher("publisher");
        publisher.take(RESERVE);
        MemoryBudget.Share pending = open("pending");
        MemoryBudget.Share greedy = publisher("greedy");
        pending.take(50);
        greedy.take(RESERVE);
        assertThatThrownBy(() -> pending.take(1)).isInstanceOf(OverLimitException.class);
        greedy.take(1);
        assertThat(shed).containsExactly("pending");
        pending.close();
        greedy.take(MOST - 2 * RESERVE - 1);
        assertThat(greedy.tryTake(1)).as("none but itself holds more than its reserve").isFalse();
        greedy.close();
        assertThat(shed).containsExactly("pending");
        assertThat(asked).isEmpty();
        assertThat(budget.bytes()).isEqualTo(RESERVE);
    }

    @Test
    void reserveIsAlwaysAvailable() {
        MemoryBudget.Share publisher = publisher("publisher");
        open("pending").take(100);
        publisher.take(RESERVE);
        assertThat(shed).containsExactly("pending");
    }

    @Test
    void newestPublisherReleasesExcessAfterPendingPeers() {
        MemoryBudget.Share oldest = publisher("oldest");
        MemoryBudget.Share newer = publisher("newer");
        MemoryBudget.Share newest = publisher("newest");
        newest.take(RESERVE + 1);
        newer.take(RESERVE + 9);
        oldest.take(MOST - 2 * RESERVE - 10);
        oldest.take(2);
        assertThat(asked).as("the newest is not enough").containsExactly("newest", "newer");
        assertThat(newest.tryTake(1)).as("it has not given back yet").isFalse();
        newest.giveBack(2);
        assertThat(newest.tryTake(1)).as("within its reserve").isTrue();
        newest.yielded();
        newer.giveBack(9);
        newer.yielded();
        assertThat(newest.tryTake(1)).isTrue();
        assertThat(newest.tryTake(8)).as("it is the newest").isFalse();
        assertThat(shed).isEmpty();
    }

    /** A peer that begins messages and does not complete them, regardless of its age. */
    @Test
    void peersBeyondReserveForLongReleaseFirst() {
        MemoryBudget.Share stalled = publisher("stalled");
        MemoryBudget.Share longer = publisher("stalled for longer");
        MemoryBudget.Share running = publisher("running");
        longer.take(RESERVE + 1);
        nowNanos += 2;
        stalled.take(RESERVE + 1);
        running.take(MOST - 2 * (RESERVE + 1));
        running.giveBack(RESERVE);
        nowNanos += MemoryBudget.STALLED_NANOS - 1;
        running.take(RESERVE);
        assertThat(running.tryTake(1)).isTrue();
        assertThat(asked).as("a nanosecond less, and running would be the next").containsExactly("stalled for longer");
        assertThat(running.tryTake(1)).isFalse();
        nowNanos += 1;
        assertThat(running.tryTake(1)).isTrue();
        assertThat(asked).containsExactly("stalled for longer", "stalled");
        assertThat(shed).isEmpty();
    }

    /** Incomplete messages therefore do not keep other peers from connecting. */
    @Test
    void peersWithoutReserveHaveOneEighth() {
        MemoryBudget.Share greedy = publisher("greedy");
        greedy.take(MOST);
        MemoryBudget.Share pending = open("pending");
        pending.take(12);
        assertThat(greedy.tryTake(1)).isFalse();
        assertThatThrownBy(() -> pending.take(1)).isInstanceOf(OverLimitException.class);
        assertThat(shed).isEmpty();
        greedy.giveBack(1);
        pending.take(1);
        assertThat(greedy.tryTake(1)).as("the pending has more than its eighth").isTrue();
        assertThat(shed).containsExactly("pending");
    }

    /** A publisher beyond its reserve takes nothing from the share of others. */
    @Test
    void reserveIsFilledFromPeersBeyondTheirs() {
        MemoryBudget.Share greedy = publisher("greedy");
        greedy.take(MOST);
        open("pending").take(12);
        publisher("publisher").take(RESERVE);
        assertThat(shed).isEmpty();
        assertThat(asked).containsExactly("greedy");
    }

    @Test
    void reservesUseAtMostThreeQuarters() {
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
    void lastReservesAreForNetworksWithFew() throws UnknownHostException {
        var wide = new MemoryBudget(32, 1);
        for (int i = 1; i <= 21; i++) {
            assertThat(reserves(wide, "2001:db8::" + i)).isTrue();
        }
        assertThat(reserves(wide, "2001:db8::ffff")).as("the last 3 of 24 are not for this /64").isFalse();
        assertThat(reserves(wide, "192.0.2.1")).isTrue();
        assertThat(reserves(wide, "192.0.2.2")).isTrue();
        MemoryBudget.Share last = wide.open(() -> {});
        assertThat(last.reserve()).as("an address that is not known").isTrue();
        assertThat(reserves(wide, "192.0.2.3")).as("there are no more").isFalse();
        last.close();
        assertThat(reserves(wide, "192.0.2.3")).isTrue();
    }

    private static boolean reserves(MemoryBudget budget, String address) throws UnknownHostException {
        MemoryBudget.Share share = budget.open(() -> {});
        share.peerIs(InetAddress.getByName(address));
        return share.reserve();
    }

    @Test
    void doesNotClosePeerWithoutMemory() {
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
        return budget.open(() -> shed.add(name), () -> asked.add(name));
    }
}
