package io.millrace.edge;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.codec.Codec;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.TagBodyWriter;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * HTTP-FLV viewers that come and go at random, over real sockets and a real log, with a leak detector for every buffer.
 * {@code -Pci} has a thousand of them; {@code -Dmillrace.churn.viewers=1000 -Dmillrace.churn.visits=50} does the same.
 */
@SlowTest
@Timeout(600)
@ExtendWith(SharedBroker.class)
class ViewerChurnTest {
    private static final int VIEWERS = Integer.getInteger("millrace.churn.viewers", 200);
    private static final int VISITS = Integer.getInteger("millrace.churn.visits", 6);
    private static final int LONGEST_VISIT_FRAMES = 40;
    private static final int GOP = 25;
    private static final int FRAME_MS = 20;
    private static final int FRAME_BYTES = 2_000;
    /**
     * Memory may differ by this much. Nothing may grow with the viewers that have left, who receive megabytes per
     * second.
     */
    private static final long FLAT_BYTES = 48 << 20;
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final String STREAM = "live/churn";

    private final AtomicInteger visits = new AtomicInteger();
    private final AtomicLong skipped = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void leaksNothingAndSkipsNoFrame(TestBroker broker) throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        var fatal = new AtomicReference<Throwable>();
        KafkaClients kafka = broker.clients("churn.");
        try (var leaks = new LogCapture(ResourceLeakDetector.class)) {
            churn(kafka, fatal);
            // A leak is reported when a buffer is allocated after the leaked one was collected.
            for (int i = 0; i < 3; i++) {
                System.gc();
                Unpooled.directBuffer(16).release();
            }
            assertThat(leaks.texts(Level.ERROR)).isEmpty();
        }
        assertThat(fatal.get()).isNull();
    }

    private void churn(KafkaClients kafka, AtomicReference<Throwable> fatal) throws Exception {
        try (var log = new LogWriter(kafka, STREAM);
                EdgeService edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka,
                        registry, (_, cause) -> fatal.set(cause));
                var publisher = Executors.newSingleThreadScheduledExecutor();
                ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable _ = viewers::shutdownNow) {
            Future<?> publishing = publish(log, publisher);
            await().until(() -> visit(edge.port(), 1) == 1);
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < VIEWERS; i++) {
                var random = new SplittableRandom(i);
                running.add(viewers.submit(() -> {
                    for (int visit = 0; visit < VISITS; visit++) {
                        visit(edge.port(), random.nextInt(1, LONGEST_VISIT_FRAMES));
                    }
                    return null;
                }));
            }
            // Compares the second half with the end of the first: all viewers are there, and code is compiled.
            await().atMost(LIMIT).until(() -> visits.get() > VIEWERS * VISITS / 2);
            long halfwayBytes = usedBytes();
            for (Future<?> viewer : running) {
                viewer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            publishing.cancel(false);
            await().until(() -> viewers() == 0);
            long endBytes = usedBytes();
            assertThat(visits.get()).isEqualTo(1 + VIEWERS * VISITS);
            assertThat(skipped.get()).as("frames that slow viewers skipped, as counted by the edge")
                    .isLessThanOrEqualTo((long) registry.get("millrace.dropped").tag("reason", "slow_viewer").counter()
                            .count());
            assertThat(endBytes - halfwayBytes).isLessThan(FLAT_BYTES);
            assertThat(registry.get("millrace.connections.closed").tag("reason", "internal_error").counter().count())
                    .isZero();
        }
    }

    /** Publishes numbered frames in real time, with a keyframe every second. */
    private static Future<?> publish(LogWriter log, java.util.concurrent.ScheduledExecutorService publisher) {
        long session = log.session();
        log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
        log.write(Topic.STREAMS, Records.entry(STREAM, session, StreamEntry.State.LIVE,
                List.of(Records.TRACKS.getFirst()), session));
        var next = new AtomicInteger();
        return publisher.scheduleAtFixedRate(() -> {
            int number = next.getAndIncrement();
            log.write(Topic.PACKETS, frame(session, number));
        }, 0, FRAME_MS, TimeUnit.MILLISECONDS);
    }

    private static Packet frame(long session, int number) {
        boolean key = number % GOP == 0;
        ByteBuffer nal = ByteBuffer.allocate(FRAME_BYTES).putInt(FRAME_BYTES - 4).put((byte) (key ? 0x65 : 0x41));
        nal.putInt(FRAME_BYTES - 4, number).position(FRAME_BYTES);
        return Records.packet(session, number + 1, Packet.Kind.VIDEO, (long) number * FRAME_MS, Records.frame(key),
                TagBodyWriter.write(new VideoTagBody.Frame(Codec.AVC, key, false, 0, nal.flip())));
    }

    /** Watches this many frames and disconnects in the middle of the stream. Returns how many it received. */
    private int visit(int port, int wanted) throws IOException {
        int seen = 0;
        int last = -1;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var tags = new ChunkedFlv(socket.getInputStream())) {
            socket.setSoTimeout(Patience.MILLIS);
            socket.getOutputStream().write(("GET /" + STREAM + ".flv HTTP/1.1\r\nHost: x\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            if (tags.status() == 404) {
                return 0;
            }
            assertThat(tags.status()).isEqualTo(200);
            assertThat(tags.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
            assertThat(tags.next().body().get(1)).as("a sequence header").isZero();
            for (; seen < wanted; seen++) {
                ByteBuffer body = tags.next().body();
                boolean key = body.get(0) >> 4 == 1;
                int number = body.getInt(body.limit() - 4);
                assertThat(body.remaining()).isEqualTo(FRAME_BYTES + 5);
                if (number != last + 1 || last < 0) {
                    assertThat(key).as("frame %d after %d is a keyframe", number, last).isTrue();
                    assertThat(number).isGreaterThan(last);
                    skipped.addAndGet(last < 0 ? 0 : number - last - 1);
                }
                last = number;
            }
        } catch (SocketException e) {
            throw new AssertionError("thrown out after " + seen + " of " + wanted + " frames", e);
        }
        visits.incrementAndGet();
        return seen;
    }

    private double viewers() {
        return registry.get("millrace.edge.viewers").tag("protocol", "flv").gauge().value();
    }

    /** Returns the live bytes of the heap after a collection, plus Netty's memory outside the heap. */
    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + Math.max(0, PlatformDependent.usedDirectMemory());
    }
}
