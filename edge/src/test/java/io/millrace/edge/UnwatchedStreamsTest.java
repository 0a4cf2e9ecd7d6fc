package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Ten thousand streams that are live and that nobody watches here: what they cost, and how soon one of them is seen. */
@Timeout(120)
class UnwatchedStreamsTest {
    private static final int STREAMS = 10_000;
    private static final int COLD = 20;
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** Goals with room for a busy machine; what was measured is printed. */
    private static final long HEAP_BYTES_A_STREAM = 8_192;
    private static final double CPU_SHARE = 0.05;
    private static final Duration FIRST_KEYFRAME = Duration.ofMillis(150);
    /** The clients of the two tails that follow what is watched. */
    private static final Set<String> FOLLOWERS = Set.of("edge-1-edge-packets", "edge-1-edge-index");
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void costNextToNothingAndAreThereAtOnce(@TempDir Path dir) throws Exception {
        var fatal = new AtomicReference<Throwable>();
        try (var broker = new TestBroker(dir)) {
            var kafka = new KafkaClients(broker.clients().settings(), registry);
            List<String> cold = new ArrayList<>();
            for (int i = 0; i <= COLD; i++) {
                cold.add("cold/s" + i);
                publish(kafka, cold.getLast());
            }
            long before = heapBytes();
            write(kafka);
            try (EdgeService edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka, registry,
                    (_, cause) -> fatal.set(cause))) {
                long heapBytes = heapBytes() - before;
                long cpuNanos = cpuNanosOf(IDLE);
                long assigned = assigned();
                firstKeyframeNanos(edge.port(), cold.removeLast());
                long[] nanos = cold.stream().mapToLong(name -> firstKeyframeNanos(edge.port(), name)).sorted()
                        .toArray();
                long median = nanos[nanos.length / 2];
                System.out.printf("%d streams that nobody watches: %.1f MB of heap, %.2f s of CPU a minute, "
                        + "%d partitions followed for media or index; "
                        + "first keyframe of a cold one: p50 %.1f ms, slowest of %d %.1f ms%n", STREAMS,
                        heapBytes / 1e6,
                        cpuNanos / 1e9 * 60 / IDLE.toSeconds(), assigned, median / 1e6, COLD,
                        LongStream.of(nanos).max().orElseThrow() / 1e6);
                assertThat(heapBytes).isLessThan(STREAMS * HEAP_BYTES_A_STREAM);
                assertThat(cpuNanos).isLessThan((long) (IDLE.toNanos() * CPU_SHARE));
                assertThat(assigned).isZero();
                assertThat(median).isLessThan(FIRST_KEYFRAME.toNanos());
                await().atMost(Duration.ofSeconds(20)).until(() -> assigned() == 0);
            }
        }
        assertThat(fatal.get()).isNull();
    }

    /** Two groups of pictures, as much as there is of a stream in a second or two. */
    private static void publish(KafkaClients kafka, String stream) {
        try (var log = new LogWriter(kafka, stream)) {
            long session = log.session();
            log.write(Topic.PACKETS, Fixtures.videoConfig(session, 0, Fixtures.AVC_RECORD));
            for (int i = 0; i < 10; i++) {
                long offset = log.write(Topic.PACKETS, Fixtures.video(session, 1 + i, 40L * i, i % 5 == 0, i));
                if (i == 0) {
                    log.write(Topic.INDEX, new Fixtures.PartSpec(session, 0).keyframe(offset).part(0, true, 0));
                }
            }
            log.write(Topic.STREAMS, Fixtures.entry(stream, session, StreamEntry.State.LIVE,
                    List.of(Fixtures.TRACKS.getFirst()), session));
        }
    }

    private static void write(KafkaClients kafka) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-many", 32 << 20)) {
            for (int i = 0; i < STREAMS; i++) {
                String stream = "live/s" + i;
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS), kafka.partitionOf(stream),
                        StreamKey.of(stream, i), LogCodec.encode(Fixtures.entry(stream, i, StreamEntry.State.LIVE))));
            }
            producer.flush();
        }
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What the edge's own threads take while nobody is there. */
    private static long cpuNanosOf(Duration time) {
        long begin = System.nanoTime();
        long before = cpuNanos();
        await().atMost(time.multipliedBy(2)).pollInterval(Duration.ofSeconds(1))
                .until(() -> System.nanoTime() - begin > time.toNanos());
        return cpuNanos() - before;
    }

    private static long cpuNanos() {
        return LongStream.of(THREADS.getAllThreadIds()).filter(id -> {
            var thread = THREADS.getThreadInfo(id);
            return thread != null && thread.getThreadName().startsWith("edge-");
        }).map(THREADS::getThreadCpuTime).sum();
    }

    /** Partitions whose packets or index the edge reads now, as its consumers tell. */
    private long assigned() {
        return registry.getMeters().stream().filter(meter -> meter.getId().getName()
                .equals("kafka.consumer.fetch.manager.records.lag")
                && FOLLOWERS.contains(meter.getId().getTag("client.id"))).count();
    }

    private static long firstKeyframeNanos(int port, String stream) {
        long begin = System.nanoTime();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var tags = new ChunkedFlv(socket.getInputStream())) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            socket.getOutputStream().write(("GET /" + stream + ".flv HTTP/1.1\r\nHost: x\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(tags.status()).isEqualTo(200);
            FlvTag tag = tags.next();
            while (tag.type() != FlvTag.Type.VIDEO || tag.body().get(1) == 0) {
                tag = tags.next();
            }
            assertThat(tag.body().get(0) >> 4).as("a keyframe").isEqualTo(1);
            return System.nanoTime() - begin;
        } catch (IOException e) {
            throw new IllegalStateException("no keyframe of " + stream, e);
        }
    }
}
