package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Reads that several clients share through a cache, of whom some leave. */
@Timeout(30)
class AskerTest {
    private static final String KEY = "block";

    private final AsyncCache<String, String> cache = Caffeine.newBuilder().buildAsync();
    /** The reads that were begun, in their order. */
    private final LinkedBlockingQueue<CompletableFuture<String>> reads = new LinkedBlockingQueue<>();
    private final AtomicBoolean firstLeft = new AtomicBoolean();
    private final Asker first = new Asker("first", firstLeft::get);
    private final Asker second = new Asker("second", () -> false);

    private CompletableFuture<String> read(Asker asker) {
        return asker.shares(() -> cache.get(KEY, (_, _) -> {
            var read = new CompletableFuture<String>();
            reads.add(read);
            return Asker.bare(read);
        }));
    }

    private CompletableFuture<String> begun() throws InterruptedException {
        return reads.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void oneReadAnswersAllThatShareIt() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(read(i == 0 ? first : second));
        }
        begun().complete("text");

        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get()).isEqualTo("text");
        }
        assertThat(reads).isEmpty();
    }

    @Test
    void readIsMadeForTheNextOneIfTheFirstLeft() throws Exception {
        CompletableFuture<String> ofFirst = read(first);
        CompletableFuture<String> ofSecond = read(second);
        firstLeft.set(true);
        begun().completeExceptionally(new AskerGoneException());

        begun().complete("text");
        assertThat(ofSecond.get()).isEqualTo("text");
        assertThatThrownBy(ofFirst::get).isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AskerGoneException.class);
        assertThat(reads).isEmpty();
    }

    @Test
    void nothingIsReadAgainIfAllLeft() throws Exception {
        CompletableFuture<String> ofFirst = read(first);
        firstLeft.set(true);
        begun().completeExceptionally(new AskerGoneException());

        assertThatThrownBy(ofFirst::get).hasCauseInstanceOf(AskerGoneException.class);
        assertThat(reads).isEmpty();
    }

    @Test
    void otherFailuresAreNotReadAgain() throws Exception {
        CompletableFuture<String> ofFirst = read(first);
        CompletableFuture<String> ofSecond = read(second);
        begun().completeExceptionally(new BusyException("too many"));

        assertThatThrownBy(ofFirst::get).hasCauseInstanceOf(BusyException.class).hasMessageContaining("too many");
        assertThatThrownBy(ofSecond::get).hasCauseInstanceOf(BusyException.class).hasMessageContaining("too many");
        assertThat(reads).isEmpty();
    }
}
