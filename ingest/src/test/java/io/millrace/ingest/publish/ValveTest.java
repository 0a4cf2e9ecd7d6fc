package io.millrace.ingest.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link Valve} pauses reading from a publisher while too many bytes wait for the log's acknowledgement, of that
 * publisher or of all in its partition. {@code add} adds to these budgets, {@code release} removes acknowledged bytes.
 */
class ValveTest {
    private final ByteBudget partition = new ByteBudget(1_000);
    private final SwitchProbe first = new SwitchProbe();
    private final SwitchProbe second = new SwitchProbe();

    @Test
    void pausesOneBytePastLimit() {
        Valve valve = valve(first, 400);
        valve.add(400);
        assertThat(first.reading).isTrue();
        valve.add(1);
        assertThat(first.reading).isFalse();
    }

    @Test
    void resumesAtHalfOfLimit() {
        Valve valve = valve(first, 400);
        valve.add(200);
        valve.add(201);
        valve.release(200);
        assertThat(first.reading).isFalse();
        valve.release(1);
        assertThat(first.reading).isTrue();
    }

    @Test
    void fullPartitionPausesItsOtherPublishers() {
        Valve one = valve(first, 5_000);
        Valve other = valve(second, 5_000);
        one.add(1_001);
        other.add(1);
        assertThat(second.reading).isFalse();
        one.release(1_001);
        assertThat(first.reading).isTrue();
        assertThat(second.reading).isTrue();
    }

    @Test
    void fullPartitionDoesNotAffectOtherPartition() {
        Valve one = valve(first, 5_000);
        Valve other = new Valve(second, List.of(new ByteBudget(5_000), new ByteBudget(1_000)), () -> {});
        one.add(2_000);
        other.add(999);
        assertThat(first.reading).isFalse();
        assertThat(second.reading).isTrue();
    }

    @Test
    void staysPausedWhileHeld() {
        Valve valve = valve(first, 400);
        valve.hold(true);
        assertThat(first.reading).isFalse();
        valve.add(401);
        valve.release(401);
        assertThat(first.reading).isFalse();
        valve.hold(false);
        assertThat(first.reading).isTrue();
    }

    @Test
    void doesNotResumeAfterEnd() {
        Valve valve = valve(first, 400);
        valve.add(401);
        valve.end();
        valve.release(401);
        assertThat(first.reading).isFalse();
    }

    /**
     * Once everything is acknowledged, every budget is empty and every publisher is read from, whatever the order was.
     */
    @Property(tries = 300)
    void resumesAllPublishersAfterAllAcknowledgements(@ForAll long seed) {
        var random = new Random(seed);
        var node = new ByteBudget(3_000);
        List<ByteBudget> partitions = List.of(new ByteBudget(1_000), new ByteBudget(1_000));
        List<SwitchProbe> probes = new ArrayList<>();
        List<Valve> valves = new ArrayList<>();
        List<Deque<Integer>> flights = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            probes.add(new SwitchProbe());
            valves.add(new Valve(probes.get(i), List.of(new ByteBudget(400), partitions.get(i % 2), node), () -> {}));
            flights.add(new ArrayDeque<>());
        }
        for (int step = 0; step < 500; step++) {
            int i = random.nextInt(6);
            if (probes.get(i).reading && random.nextInt(3) > 0) {
                int size = 1 + random.nextInt(300);
                flights.get(i).add(size);
                valves.get(i).add(size);
            } else if (!flights.get(i).isEmpty()) {
                valves.get(i).release(flights.get(i).remove());
            }
            long bytes = flights.stream().flatMap(Deque::stream).mapToInt(x -> x).sum();
            // A publisher is paused when it sends to a full budget, so each exceeds the budget by at most one message.
            assertThat(node.bytes()).isEqualTo(bytes).isLessThanOrEqualTo(3_000 + 6 * 300);
            assertThat(partitions).allSatisfy(p -> assertThat(p.bytes()).isLessThanOrEqualTo(1_000 + 3 * 300));
        }
        for (int i = 0; i < 6; i++) {
            flights.get(i).forEach(valves.get(i)::release);
        }
        assertThat(node.bytes()).isZero();
        assertThat(probes).allMatch(p -> p.reading);
    }

    /** Three event loops send and one producer thread acknowledges: no publisher stays paused. */
    @Test
    void resumesAllPublishersWithConcurrentThreads() throws Exception {
        var node = new ByteBudget(2_000);
        BlockingQueue<Runnable> acknowledgements = new LinkedBlockingQueue<>();
        List<Future<?>> loops = new ArrayList<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            Future<?> producer = threads.submit(() -> {
                for (int n = 0; n < 3 * 20_000; n++) {
                    acknowledgements.take().run();
                }
                return null;
            });
            for (int i = 0; i < 3; i++) {
                Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
                var probe = new SwitchProbe(tasks::add);
                var valve = new Valve(probe, List.of(new ByteBudget(700), node), () -> {});
                loops.add(threads.submit(() -> {
                    for (int n = 0; n < 20_000; n++) {
                        while (!probe.reading) {
                            Runnable task = tasks.poll();
                            if (task != null) {
                                task.run();
                            }
                        }
                        valve.add(100);
                        acknowledgements.add(() -> valve.release(100));
                    }
                }));
            }
            for (Future<?> loop : loops) {
                loop.get(120, TimeUnit.SECONDS);
            }
            producer.get(120, TimeUnit.SECONDS);
        }
        assertThat(node.bytes()).isZero();
    }

    private Valve valve(SwitchProbe probe, long connectionBytes) {
        return new Valve(probe, List.of(new ByteBudget(connectionBytes), partition), () -> {});
    }
}
