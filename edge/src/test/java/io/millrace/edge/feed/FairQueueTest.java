package io.millrace.edge.feed;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FairQueueTest {
    private static final int LIMIT = 6;
    private static final int LIMIT_OF_ADDRESS = 4;

    private final FairQueue<Read> queue = new FairQueue<>(LIMIT, LIMIT_OF_ADDRESS);
    private final Set<String> gone = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    private final class Read implements FairQueue.Item {
        private final String name;
        private final Asker asker;

        Read(String address, String name) {
            this.name = name;
            asker = new Asker(address, () -> gone.contains(name));
        }

        @Override
        public Asker asker() {
            return asker;
        }

        @Override
        public void drop() {
            dropped.add(name);
        }
    }

    private boolean offer(String address, String name) {
        return queue.offer(new Read(address, name));
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
    void addressesTakeTurns() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        offer("much", "a3");
        offer("little", "b1");
        offer("other", "c1");

        assertThat(pollAll()).containsExactly("a1", "b1", "c1", "a2", "a3");
    }

    @Test
    void newcomerIsNextAfterOneTurnOfEachOther() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        offer("much", "a3");
        assertThat(poll()).isEqualTo("a1");
        offer("little", "b1");

        assertThat(pollAll()).containsExactly("a2", "b1", "a3");
    }

    @Test
    void refusesOnePastTheLimitOfAnAddress() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            assertThat(offer("much", "a" + i)).isTrue();
        }

        assertThat(offer("much", "refused")).isFalse();
        assertThat(offer("little", "b1")).isTrue();
        assertThat(pollAll()).containsExactly("a1", "b1", "a2", "a3", "a4");
        assertThat(dropped).isEmpty();
    }

    @Test
    void refusesOnePastTheLimitOfAll() throws InterruptedException {
        for (int i = 1; i <= LIMIT; i++) {
            assertThat(offer("address " + i, "a" + i)).isTrue();
        }

        assertThat(offer("another", "refused")).isFalse();
        assertThat(poll()).isEqualTo("a1");
        assertThat(offer("another", "b1")).isTrue();
        assertThat(offer("another", "refused")).isFalse();
    }

    @Test
    void dropsThoseThatLeftInsteadOfHandingThemOut() throws InterruptedException {
        offer("much", "a1");
        offer("much", "a2");
        offer("little", "b1");
        gone.add("a1");
        gone.add("b1");

        assertThat(pollAll()).containsExactly("a2");
        assertThat(dropped).containsExactlyInAnyOrder("a1", "b1");
    }

    @Test
    void fullQueueMakesRoomByDroppingThoseThatLeft() throws InterruptedException {
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
    void drainReturnsAllThatWaitsAndFreesItsRoom() throws InterruptedException {
        for (int i = 1; i <= LIMIT_OF_ADDRESS; i++) {
            offer("much", "a" + i);
        }

        assertThat(queue.drain()).extracting(read -> read.name).containsExactly("a1", "a2", "a3", "a4");
        assertThat(poll()).isNull();
        assertThat(offer("much", "a5")).isTrue();
    }
}
