package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEvent.Type;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kills the process of a webhook again and again while a request is in flight. The receiver's own log shows that no event
 * is lost, that each stream's events arrive in order, and that repetitions have the same id.
 */
@SlowTest
@ExtendWith(SharedBroker.class)
class WebhookKillTest {
    /** More with {@code -Dwebhook.kills=N}. */
    private static final int ROUNDS = Integer.getInteger("webhook.kills", 3);
    private static final int EVENTS_PER_ROUND = 40;
    /** No more is written while the receiver has so much to come, so that the end need not be waited for. */
    private static final int BACKLOG = 200;
    private static final List<String> STREAMS = List.of("live/a", "live/b", "live/c", "live/d");

    private record Held(CountDownLatch arrived, CountDownLatch released) {}

    @TempDir
    private Path dir;
    private final Random random = new Random(7);
    private final Map<String, List<String>> written = new HashMap<>();
    private long position;

    @Test
    void killsLoseNoEvent(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("killed.");
        Path secret = Files.writeString(dir.resolve("secret"), "a-secret-of-the-test-0123");
        AtomicReference<Held> held = new AtomicReference<>();
        try (Receiver receiver = new Receiver(); EventWriter events = new EventWriter(kafka)) {
            receiver.answers((exchange, request, _) -> {
                Held now = held.get();
                if (now != null && random.nextInt(EVENTS_PER_ROUND / 2) == 0) {
                    now.arrived().countDown();
                    now.released().await();
                }
                Receiver.status(exchange, 200);
            });
            for (int round = 0; round < ROUNDS; round++) {
                Held inFlight = new Held(new CountDownLatch(1), new CountDownLatch(1));
                Process process = start(broker, receiver, secret);
                try {
                    held.set(inFlight);
                    while (!inFlight.arrived().await(1, TimeUnit.MILLISECONDS)) {
                        assertThat(process.isAlive()).isTrue();
                        if (position - receiver.requests().size() < BACKLOG) {
                            write(events, 2);
                        }
                    }
                } finally {
                    process.destroyForcibly().waitFor();
                }
                held.set(null);
                inFlight.released().countDown();
                write(events, EVENTS_PER_ROUND);
            }
            Process last = start(broker, receiver, secret);
            try {
                Patience.await().untilAsserted(() -> assertThat(new LinkedHashSet<>(receiver.ids()))
                        .containsAll(written.values().stream().flatMap(List::stream).toList()));
            } finally {
                last.destroyForcibly().waitFor();
            }
            judge(receiver.requests());
        }
    }

    private void judge(List<Receiver.Request> requests) {
        Map<String, String> bodies = new HashMap<>();
        requests.forEach(request -> assertThat(bodies.merge(request.id(), request.body(), (first, _) -> first))
                .isEqualTo(request.body()));
        List<String> ids = new ArrayList<>(new LinkedHashSet<>(requests.stream().map(Receiver.Request::id).toList()));
        written.forEach((stream, inOrder) -> assertThat(ids.stream().filter(id -> id.startsWith(stream + "#")).toList())
                .isEqualTo(inOrder));
        int events = written.values().stream().mapToInt(List::size).sum();
        assertThat(ids).as("%d kills, %d requests", ROUNDS, requests.size()).hasSize(events);
    }

    private void write(EventWriter events, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String stream = STREAMS.get(random.nextInt(STREAMS.size()));
            written.computeIfAbsent(stream, _ -> new ArrayList<>()).add(events.write(stream, Type.AWAY, position++));
        }
    }

    private Process start(TestBroker broker, Receiver receiver, Path secret) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                WebhookProcess.class.getName(), broker.bootstrap(), "killed.", receiver.url().url().toString(),
                secret.toString()).redirectErrorStream(true).redirectOutput(dir.resolve("output").toFile()).start();
    }
}
