package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Shared reads of several clients on a pool of one thread, whose first read lasts until the test ends it. */
@Timeout(60)
class SharedReadsTest {
    private static final int HOSTILE = 20;

    private final ReaderPool pool = new ReaderPool("test", 1, _ -> null);
    private final SharedReads<String, String> reads = new SharedReads<>(Caffeine.newBuilder().build());
    private final CountDownLatch busy = new CountDownLatch(1);
    private final Set<String> gone = ConcurrentHashMap.newKeySet();
    /** The keys that were read, in order. */
    private final List<String> done = new CopyOnWriteArrayList<>();

    @BeforeEach
    void occupy() throws InterruptedException {
        var begun = new CountDownLatch(1);
        pool.submit(reader -> {
            begun.countDown();
            await(busy);
            return reader;
        });
        begun.await();
    }

    @AfterEach
    void close() {
        busy.countDown();
        pool.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Requester.One client(String name, String address) {
        return Requester.of(address, () -> gone.contains(name));
    }

    private CompletableFuture<String> read(String key, Requester requester) {
        return reads.get(key, requester, requesters -> pool.submit(requesters, _ -> log(key)));
    }

    private CompletableFuture<Map<String, String>> readAll(List<String> keys, Requester requester) {
        return reads.getAll(keys, requester, (missing, requesters) -> pool.submit(requesters, _ -> {
            Map<String, String> found = new HashMap<>();
            missing.stream().sorted().forEach(key -> found.put(key, log(key)));
            return found;
        }));
    }

    private String log(String key) {
        done.add(key);
        return "text of " + key;
    }

    private List<CompletableFuture<String>> hostileReads() {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < HOSTILE; i++) {
            all.add(read("cell " + i, client("hostile " + i, "hostile")));
        }
        return all;
    }

    @Test
    void sharedReadTakesFirstTurnOfItsClients() throws Exception {
        List<CompletableFuture<String>> hostile = hostileReads();
        CompletableFuture<String> legitimate = read("cell 19", client("viewer", "viewer"));
        busy.countDown();

        assertThat(legitimate.get()).isEqualTo("text of cell 19");
        for (CompletableFuture<String> read : hostile) {
            read.get();
        }
        assertThat(done.indexOf("cell 19")).isLessThan(2);
        assertThat(done).hasSize(HOSTILE).doesNotHaveDuplicates();
    }

    @Test
    void nestedSharedReadTakesFirstTurn() throws Exception {
        hostileReads();
        SharedReads<String, String> versions = new SharedReads<>(Caffeine.newBuilder().build());
        CompletableFuture<String> hostile = versions.get("playlist", client("one more", "hostile"),
                requesters -> read("block", requesters));
        CompletableFuture<String> legitimate = versions.get("playlist", client("viewer", "viewer"),
                _ -> CompletableFuture.failedFuture(new AssertionError("read twice")));
        busy.countDown();

        assertThat(legitimate.get()).isEqualTo("text of block");
        assertThat(hostile.get()).isEqualTo("text of block");
        assertThat(done.indexOf("block")).isLessThan(2);
    }

    @Test
    void readContinuesForRemainingClients() throws Exception {
        CompletableFuture<String> ofFirst = read("cell", client("first", "a"));
        CompletableFuture<String> ofSecond = read("cell", client("second", "b"));
        gone.add("first");
        busy.countDown();

        assertThat(ofSecond.get()).isEqualTo("text of cell");
        assertThat(ofFirst.get()).isEqualTo("text of cell");
        assertThat(done).containsExactly("cell");
    }

    @Test
    void dropsReadIfAllClientsLeft() {
        CompletableFuture<String> ofFirst = read("cell", client("first", "a"));
        CompletableFuture<String> ofSecond = read("cell", client("second", "b"));
        gone.addAll(List.of("first", "second"));
        busy.countDown();

        assertThatThrownBy(ofFirst::get).hasCauseInstanceOf(AbandonedReadException.class);
        assertThatThrownBy(ofSecond::get).hasCauseInstanceOf(AbandonedReadException.class);
        assertThat(done).isEmpty();
    }

    @Test
    void abandonedReadCannotBeJoined() throws Exception {
        var requesters = new RequesterGroup(client("first", "a"));
        assertThat(requesters.join(client("second", "b"))).isTrue();
        gone.addAll(List.of("first", "second"));
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        assertThat(requesters.collect(addresses)).isFalse();

        assertThat(requesters.join(client("third", "c"))).isFalse();
        gone.clear();
        assertThat(requesters.collect(addresses)).isFalse();
        assertThat(addresses).isEmpty();
    }

    @Test
    void newClientReadsAgainAfterDroppedRead() throws Exception {
        CompletableFuture<String> ofFirst = read("cell", client("first", "a"));
        gone.add("first");
        busy.countDown();
        assertThatThrownBy(ofFirst::get).hasCauseInstanceOf(AbandonedReadException.class);

        assertThat(read("cell", client("second", "b")).get()).isEqualTo("text of cell");
        assertThat(done).containsExactly("cell");
    }

    @Test
    void cachesValueButNotFailure() throws Exception {
        busy.countDown();
        CompletableFuture<String> failed = reads.get("cell", Requester.EDGE,
                _ -> CompletableFuture.failedFuture(new BusyException("too many")));
        assertThatThrownBy(failed::get).hasCauseInstanceOf(BusyException.class).hasMessageContaining("too many");

        read("cell", Requester.EDGE).get();
        read("cell", Requester.EDGE).get();
        assertThat(done).containsExactly("cell");
        assertThat(reads.known("cell")).contains("text of cell");

        reads.forget("cell");
        read("cell", Requester.EDGE).get();
        assertThat(done).containsExactly("cell", "cell");
    }

    @Test
    void readThatThrowsCanBeRepeated() throws Exception {
        busy.countDown();
        CompletableFuture<String> failed = reads.get("cell", Requester.EDGE, _ -> {
            throw new IllegalStateException("thrown");
        });
        assertThatThrownBy(failed::get).hasCauseInstanceOf(IllegalStateException.class);

        assertThat(read("cell", Requester.EDGE).get()).isEqualTo("text of cell");
    }

    @Test
    void removesClientsThatLeftWhileReadWaits() {
        RequesterGroup requesters = new RequesterGroup(client("stays", "127.0.0.1"));
        for (int i = 0; i < 100; i++) {
            assertThat(requesters.join(client("leaves", "127.0.0.2"))).isTrue();
        }
        gone.add("leaves");
        assertThat(requesters.collect(new HashSet<>())).isTrue();
        assertThat(requesters.size()).isEqualTo(1);
    }

    @Test
    void readsOnlyMissingKeys() throws Exception {
        CompletableFuture<String> one = read("b", client("first", "a"));
        CompletableFuture<Map<String, String>> all = readAll(List.of("a", "b", "c"), client("second", "b"));
        busy.countDown();

        assertThat(all.get()).containsOnly(Map.entry("a", "text of a"), Map.entry("b", "text of b"),
                Map.entry("c", "text of c"));
        assertThat(one.get()).isEqualTo("text of b");
        assertThat(done).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void omitsUnknownKey() throws Exception {
        busy.countDown();
        CompletableFuture<Map<String, String>> found = reads.getAll(List.of("a", "b"), Requester.EDGE,
                (_, _) -> CompletableFuture.completedFuture(Map.of("a", "text")));

        assertThat(found.get(1, TimeUnit.MINUTES)).containsOnly(Map.entry("a", "text"));
    }
}
