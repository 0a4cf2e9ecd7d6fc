package io.millrace.ingest.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TurnsTest {
    private final Turns turns = new Turns(1);

    @Test
    void theOldestIsTheNext() {
        CompletableFuture<Void> first = turns.next();
        CompletableFuture<Void> second = turns.next();
        CompletableFuture<Void> third = turns.next();
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        turns.done(first);
        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
    }

    @Test
    void asManyWaitAsMayAndTheNextIsToldAtOnce() {
        CompletableFuture<Void> first = turns.next();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < Turns.WAITING_MAX; i++) {
            waiting.add(turns.next());
        }
        CompletableFuture<Void> tooMany = turns.next();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        assertThat(tooMany).isCompletedExceptionally();
        turns.done(tooMany);
        assertThat(waiting).as("it had no turn to hand on").noneMatch(CompletableFuture::isDone);
        turns.done(first);
        assertThat(waiting.getFirst()).isCompleted();
        assertThat(turns.next()).isNotDone();
    }
}
