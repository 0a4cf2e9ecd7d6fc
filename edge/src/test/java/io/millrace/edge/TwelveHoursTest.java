package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.http.ManualClock;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.LogTimestamps;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** What a playlist of twelve hours reads from the broker, for a stream that shares its partition with seven others. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class TwelveHoursTest {
    private static final int SEGMENTS = 12 * 1_800;
    private static final int STREAMS = 8;
    private static final int OTHER_STARTS = 20;
    private static final int HOSTILE = 300;
    private static final int SHARE_OF_ANOTHER_START = 50;

    private static KafkaClients kafka;
    private static String index;
    private static long startMs;

    @BeforeAll
    static void writeTwelveHours(TestBroker broker) throws Exception {
        kafka = broker.clients("twelve.");
        index = kafka.settings().topic(Topic.INDEX);
        startMs = System.currentTimeMillis() - SEGMENTS * 2_000L;
        write();
    }

    @Test
    void isReadOnceForAllClients(TestBroker broker) throws Exception {
        var fatal = new AtomicReference<Throwable>();
        long beforeBytes = broker.bytesRead(index);
        try (EdgeService edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL,
                kafka,
                new SimpleMeterRegistry(), (_, cause) -> fatal.set(cause), new PassingTime(), new ManualClock());
                var viewer = new HlsPlayer()) {
            String media = viewer.child(edge, "/live/show.m3u8?start=-13h");
            MediaPlaylist all = viewer.playlist(edge, media);
            assertThat(all.segments()).hasSize(SEGMENTS);
            long onceBytes = broker.bytesRead(index) - beforeBytes;
            HttpResponse<String> plain = viewer.get(edge, media);
            assertThat(broker.bytesRead(index) - beforeBytes).as("bytes after the second request").isEqualTo(onceBytes);
            for (int i = 0; i < OTHER_STARTS; i++) {
                // These versions are new, but their blocks are cached.
                HttpResponse<String> other = viewer.get(edge,
                        media.replaceFirst("start=.*", "start=" + Instant.ofEpochMilli(startMs + i * 2_000L)));
                assertThat(other.statusCode()).isEqualTo(200);
            }
            assertThat((broker.bytesRead(index) - beforeBytes - onceBytes) / OTHER_STARTS)
                    .as("bytes per additional start")
                    .isLessThan(onceBytes / SHARE_OF_ANOTHER_START);
            long gzipBytes = Long.parseLong(viewer.get(edge, media, "Accept-Encoding", "gzip").headers()
                    .firstValue("content-length").orElseThrow());
            assertThat(gzipBytes).isLessThan(plain.body().length() / 10);
        }
        assertThat(fatal.get()).isNull();
    }

    /** Concurrent requests from nine addresses, each for another millisecond of one minute. */
    @Test
    void oneReadServesWholeMinute(TestBroker broker) throws Exception {
        var fatal = new AtomicReference<Throwable>();
        long minuteMs = startMs + SEGMENTS * 1_000L;
        try (EdgeService edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL,
                kafka,
                new SimpleMeterRegistry(), (_, cause) -> fatal.set(cause), new PassingTime(), new ManualClock());
                var viewer = new HlsPlayer()) {
            // The start of the retained range, and everything else that the first viewer of a stream waits for.
            assertThat(viewer.get(edge, rewind(startMs)).statusCode()).isEqualTo(200);
            long beforeBytes = broker.bytesRead(index);
            assertThat(viewer.get(edge, rewind(minuteMs + 120_000)).statusCode()).isEqualTo(200);
            long oneBytes = broker.bytesRead(index) - beforeBytes;
            List<Socket> hostile = new ArrayList<>();
            for (int i = 0; i < HOSTILE; i++) {
                var socket = new Socket();
                socket.bind(new InetSocketAddress("127.0.0." + (2 + i % 9), 0));
                socket.connect(new InetSocketAddress("127.0.0.1", edge.port()));
                socket.setSoTimeout(Patience.MILLIS);
                socket.getOutputStream().write(("GET " + rewind(minuteMs + 1 + i)
                        + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                hostile.add(socket);
            }
            for (Socket socket : hostile) {
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200 ");
                socket.close();
            }
            // The minute and the block may end meanwhile, and consumers fetch ahead.
            assertThat(broker.bytesRead(index) - beforeBytes - oneBytes).isLessThan(4 * oneBytes);
        }
        assertThat(fatal.get()).isNull();
    }

    private static String rewind(long atMs) {
        return "/live/show.m3u8?start=" + Instant.ofEpochMilli(atMs);
    }

    private static void write() throws Exception {
        int partition = kafka.partitionOf("live/show");
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-12h", 64 << 20)) {
            for (int segment = 0; segment < SEGMENTS; segment++) {
                for (int stream = 0; stream < STREAMS; stream++) {
                    String name = stream == 0 ? "live/show" : "live/neighbour-" + stream;
                    for (int part = 0; part < 4; part++) {
                        long timeMs = startMs + segment * 2_000L + part * 500;
                        var entry = new IndexEntry(new PartId(5, segment, part), part == 3, RenditionId.TS,
                                new PartPlace(1, 100_000), new PartTimes(0, 45_000, timeMs, 0), part == 0,
                                new Keyframe(5, part == 0 ? 1 : Keyframe.NONE, 0), Records.START);
                        producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.INDEX), partition,
                                LogTimestamps.of(timeMs, System.currentTimeMillis(), kafka.settings().retentionMs()),
                                name,
                                LogCodec.encode(entry)));
                    }
                }
            }
            var live = new StreamEntry("live/show", 5, StreamEntry.State.LIVE, Records.RULES,
                    new StreamEntry.Span(0, 0, startMs, 0), Records.newest(5, 0, startMs, Records.TRACKS),
                    Records.playlist(SEGMENTS - 1), List.of(new StreamEntry.Session(5, startMs, 0, 0, 1, List.of())));
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS), partition,
                    StreamKey.of("live/show", 5), LogCodec.encode(live))).get();
        }
    }
}
