package io.millrace.edge.log;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FairQueueTest {
    private static final int LIMIT = 12;
    private static final int LIMIT_OF_ADDRESS = 4;

    private final FairQueue<Read> queue = new FairQueue<>(LIMIT, LIMIT_OF_ADDRESS);
    private final Set<String> gone = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    private final class Read implements FairQueue.Item {
        private final String name;
        private final Requester requester;

        Read(String address, String name) {
            this(Requester.of(address, () -> gone.contains(name)), name);
        }

        Read(Requester requester, String name) {
            this.requester = requester;
            this.name = name;
        }

        @Override
        public Requester requester() {
            return requester;
        }

        @Override
        public void drop() {
            dropped.add(name);
        }
    }

    private boolean offer(String address, String name) {
        return queue.offer(new Read(address, name));
    }

    /** Offers a read that clients of these addresses wait for; more may join. */
    private RequesterGroup offerShared(String address, String name) {
        var requesters = new RequesterGroup(Requester.of(address, () -> gone.contains(name)));
        assertThat(queue.offer(new Read(requesters, name))).isTrue();
        return requesters;
    }

    private String poll() throws InterruptedException {
        Read next = queue.poll(0, TimeUnit.SECONDS);
        return next == null ? null : next.name;
    }

    private List<String> pollAll() throws InterruptedException {
        List<String> names = new ArrayList<>();
        for (String name = poll(); name != null; name = poll()) {
            names.add(name);
        }
        return names;
    }

    @Test
    void everySecondTurnGoesToAddressWithFewest() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        offer("much", "a3");
        offer("much", "a4");
        offer("little", "b1");
        offer("some", "c1");
        offer("some", "c2");

        assertThat(pollAll()).containsExactly("b1", "a1", "c1", "a2", "c2", "a3", "a4");
    }

    @Test
    void addressesWithEqualCountsTakeTurns() throws InterruptedException {
        for (String address : List.of("a", "b", "c")) {
            offer(address, address + 1);
            offer(address, address + 2);
        }

        assertThat(pollAll()).containsExactly("a1", "b1", "a2", "c1", "b2", "c2");
    }

    @Test
    void singleItemOvertakesHundredBusyAddresses() throws InterruptedException {
        FairQueue<Read> large = new FairQueue<>(1024, 256);
        for (int i = 0; i < 500; i++) {
            assertThat(large.offer(new Read("hostile " + i % 100, "hostile " + i))).isTrue();
        }

        List<String> served = new ArrayList<>();
        for (int step = 1; step <= 20; step++) {
            large.offer(new Read("viewer", "step " + step));
            served.add(large.poll(0, TimeUnit.SECONDS).name);
            served.add(large.poll(0, TimeUnit.SECONDS).name);
        }

        for (int step = 1; step <= 20; step++) {
            assertThat(served.subList(2 * step - 2, 2 * step)).contains("step " + step);
        }
    }

    @Test
    void busyAddressIsNotStarvedBySingleItems() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        for (int i = 1; i <= 3; i++) {
            offer("address " + i, "b" + i);
        }

        List<String> served = new ArrayList<>();
        for (int i = 4; i <= 13; i++) {
            served.add(poll());
            offer("address " + i, "b" + i);
        }
        assertThat(served.subList(0, 2)).contains("a1");
        assertThat(served).contains("a2");
    }

    @Test
    void joinedItemTakesTurnOfNewClient() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        RequesterGroup last = offerShared("much", "a3");
        offer("other", "c1");
        assertThat(last.join(Requester.of("little", () -> false))).isTrue();

        assertThat(pollAll()).containsExactly("c1", "a1", "a3", "a2");
    }

    @Test
    void joinedItemStaysWhileOneClientWaits() throws InterruptedException {
        RequesterGroup shared = offerShared("much", "a1");
        shared.join(Requester.of("little", () -> gone.contains("joiner")));
        gone.add("a1");
        assertThat(poll()).isEqualTo("a1");

        RequesterGroup another = offerShared("other", "a2");
        another.join(Requester.of("little", () -> gone.contains("joiner")));
        gone.addAll(Set.of("a2", "joiner"));
        assertThat(poll()).isNull();
        assertThat(dropped).containsExactly("a2");
    }

    @Test
    void refusesItemIfAllItsAddressesAreFull() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            offer("much", "a" + i);
        }
        var requesters = new RequesterGroup(Requester.of("much", () -> false));
        assertThat(queue.offer(new Read(requesters, "refused"))).isFalse();
        requesters.join(Requester.of("little", () -> false));

        assertThat(queue.offer(new Read(requesters, "shared"))).isTrue();
        assertThat(offer("much", "refused")).isFalse();
        assertThat(pollAll()).containsExactly("shared", "a1", "a2", "a3", "a4");
    }

    @Test
    void dropsAbandonedItemOnOffer() throws InterruptedException {
        gone.add("a1");

        assertThat(offer("much", "a1")).isTrue();
        assertThat(dropped).containsExactly("a1");
        assertThat(poll()).isNull();
    }

    @Test
    void limitsItemsPerAddress() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            assertThat(offer("much", "a" + i)).isTrue();
        }

        assertThat(offer("much", "refused")).isFalse();
        assertThat(offer("little", "b1")).isTrue();
        assertThat(pollAll()).containsExactly("b1", "a1", "a2", "a3", "a4");
        assertThat(dropped).isEmpty();
    }

    @Test
    void limitsAllItems() throws InterruptedException {
        for (int i = 1; i <= LIMIT; i++) {
            assertThat(offer("address " + i, "a" + i)).isTrue();
        }

        assertThat(offer("another", "refused")).isFalse();
        assertThat(poll()).isEqualTo("a1");
        assertThat(offer("another", "b1")).isTrue();
        assertThat(offer("another", "refused")).isFalse();
    }

    @Test
    void lastPlacesAreForAddressesWithFewItems() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            offer("a", "a" + i);
            offer("b", "b" + i);
        }
        assertThat(offer("c", "c1")).isTrue();

        // A quarter of all places is left.
        assertThat(offer("c", "c2")).isTrue();
        assertThat(offer("c", "refused")).isFalse();
        assertThat(offer("d", "d1")).isTrue();
        assertThat(offer("e", "e1")).isTrue();
        assertThat(offer("f", "refused")).isFalse();

        pollAll();
        assertThat(offer("c", "c3")).isTrue();
    }

    @Test
    void edgeItselfHasLastPlaces() {
        for (int i = 1; i <= LIMIT_OF_ADDRESS - 1; i++) {
            offer("a", "a" + i);
            offer("b", "b" + i);
            offer(Requester.EDGE.address(), "edge " + i);
        }

        assertThat(offer("a", "refused")).isFalse();
        assertThat(offer(Requester.EDGE.address(), "edge")).isTrue();
        assertThat(offer(Requester.EDGE.address(), "refused")).isFalse();
    }

    @Test
    void dropsAbandonedItemsOnPoll() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        offer("little", "b1");
        gone.add("a1");
        gone.add("b1");

        assertThat(pollAll()).containsExactly("a2");
        assertThat(dropped).containsExactlyInAnyOrder("a1", "b1");
    }

    @Test
    void fullQueueDropsAbandonedItems() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            offer("much", "a" + i);
        }
        gone.add("a2");
        gone.add("a3");

        assertThat(offer("much", "a5")).isTrue();
        assertThat(dropped).containsExactly("a2", "a3");
        assertThat(pollAll()).containsExactly("a1", "a4", "a5");
    }

    @Test
    void drainReturnsAllItems() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            offer("much", "a" + i);
        }

        assertThat(queue.drain()).extracting(read -> read.name).containsExactly("a1", "a2", "a3", "a4");
        assertThat(poll()).isNull();
        assertThat(offer("much", "a5")).isTrue();
    }
}
