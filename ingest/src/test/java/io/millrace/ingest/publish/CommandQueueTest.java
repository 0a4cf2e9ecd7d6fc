package io.millrace.ingest.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CommandQueueTest {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Integer> handled = new ArrayList<>();
    private int overflows;

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private CommandQueue<Integer> queue(int capacity) {
        return new CommandQueue<>(capacity, tasks::add, handled::add, () -> overflows++);
    }

    @Test
    void wakesOwnerOnceAndKeepsOrder() {
        CommandQueue<Integer> queue = queue(8);
        queue.offer(1);
        queue.offer(2);
        queue.offer(3);
        assertThat(handled).isEmpty();
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(handled).containsExactly(1, 2, 3);
        queue.offer(4);
        runTasks();
        assertThat(handled).containsExactly(1, 2, 3, 4);
    }

    @Test
    void handlesCommandOfferedByHandlerNext() {
        List<CommandQueue<Integer>> self = new ArrayList<>();
        var queue = new CommandQueue<Integer>(8, tasks::add, command -> {
            if (command == 1) {
                self.getFirst().offer(2);
            }
            handled.add(command);
        }, () -> overflows++);
        self.add(queue);
        queue.offer(1);
        runTasks();
        assertThat(handled).containsExactly(1, 2);
    }

    @Test
    void reportsOverflowAtOneCommandPastCapacity() {
        CommandQueue<Integer> queue = queue(3);
        IntStream.range(0, 3).forEach(queue::offer);
        runTasks();
        assertThat(overflows).isZero();
        IntStream.range(3, 7).forEach(queue::offer);
        runTasks();
        assertThat(handled).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(overflows).isEqualTo(1);
        queue.offer(8);
        runTasks();
        assertThat(handled).endsWith(8);
        assertThat(overflows).isEqualTo(1);
    }

    @Test
    void callerHandlesCommandIfOwnerHasEnded() {
        var queue = new CommandQueue<Integer>(8, _ -> {
            throw new RejectedExecutionException();
        }, handled::add, () -> overflows++);
        queue.offer(1);
        queue.offer(2);
        assertThat(handled).containsExactly(1, 2);
    }

    /** The handler writes to a list that is not thread-safe: concurrent or unsynchronised calls would lose entries. */
    @Test
    void handlesCommandsOfManyThreadsOneAtATime() throws Exception {
        int senders = 3;
        int each = 20_000;
        try (ExecutorService threads = Executors.newCachedThreadPool();
                ExecutorService owner = Executors.newSingleThreadExecutor()) {
            var queue = new CommandQueue<Integer>(senders * each, owner, handled::add, () -> overflows++);
            List<Future<?>> done = IntStream.range(0, senders)
                    .<Future<?>>mapToObj(s -> threads.submit(() -> IntStream.range(0, each)
                            .forEach(i -> queue.offer(s * each + i))))
                    .toList();
            for (Future<?> sender : done) {
                sender.get(120, TimeUnit.SECONDS);
            }
        }
        assertThat(overflows).isZero();
        assertThat(handled).hasSize(senders * each);
        for (int s = 0; s < senders; s++) {
            int of = s;
            assertThat(handled.stream().filter(i -> i / each == of)).isSorted();
        }
    }
}
