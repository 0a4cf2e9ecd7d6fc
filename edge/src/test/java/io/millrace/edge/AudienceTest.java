package io.millrace.edge;

import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.AudienceReport;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Reports of players become sums in the log, which every edge shows, and nothing else. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class AudienceTest {
    private static final String SID = "planted-5f0c";
    private static final Duration INTERVAL = Duration.ofMillis(200);

    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("audience."), INTERVAL);
    }

    /** An honest, an excessive and a forged player, and one that reports to another edge. */
    @Test
    void twoEdgesShowTheSame() throws Exception {
        try (var log = edge.log("live/show"); EdgeService other = edge.another()) {
            log.write(Topic.STREAMS, Records.entry("live/show", 17, StreamEntry.State.LIVE));
            edge.awaitKnown("live/show");
            TestEdge.await(() -> edge.get(other, "/api/v1/streams/live/show").statusCode() == 200);
            assertThat(report(edge.service, honest(SID + "-1"))).isEqualTo(204);
            assertThat(report(other, honest(SID + "-2"))).isEqualTo(204);
            int accepted = 0;
            for (int i = 0; i < 300; i++) {
                accepted += report(edge.service, "sid=\"" + SID + "-3-" + i + "\",cid=\"live/show\"") == 204 ? 1 : 0;
            }
            assertThat(accepted).as("an excess of sessions is not an error of the honest ones").isEqualTo(300);
            assertThat(report(edge.service, "sid=\"" + SID + "\",cid=\"live/show\",br=99999999999")).isEqualTo(400);
            String expected = "{\"edges\":2,\"players\":101,\"stalledPlayers\":2,\"stalls\":4,"
                    + "\"startDelayMs\":{\"p50\":800,\"p95\":800},\"latencyMs\":{\"p50\":2176,\"p95\":2176},"
                    + "\"bitrateKbps\":{\"p50\":2944,\"p95\":2944},\"bufferMs\":{\"p50\":4352,\"p95\":4352}}";
            TestEdge.await(() -> audience(edge.service).equals(expected));
            TestEdge.await(() -> audience(other).equals(expected));
            assertThat(edge.registry.get("millrace.edge.players").gauge().value()).isEqualTo(100);
            assertThat(edge.registry.get("millrace.edge.player.start.seconds").tag("quantile", "0.5").gauge().value())
                    .isEqualTo(0.8);
            assertNothingOfPlayersIsWritten();
        }
    }

    private static String honest(String sid) {
        return "sid=\"" + sid + "\",cid=\"live/show\",e=t,v=2,sta=p,msd=800,ltc=2100,br=(3000),bl=(4100),bsa=(2)";
    }

    private static int report(EdgeService to, String body) throws Exception {
        return edge.http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/api/v1/cmcd"))
                .header("Content-Type", "application/cmcd").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private static String audience(EdgeService of) {
        return AdminRoutes.of(of.admin()).answer("GET", "/api/v1/streams/live/show/audience", Map.of()).orElseThrow()
                .json();
    }

    private static void assertNothingOfPlayersIsWritten() {
        Map<String, Object> config = edge.kafka().consumerConfig("test");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        int reports = 0;
        try (var reader = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = IntStream.range(0, edge.kafka().settings().partitions())
                    .mapToObj(p -> edge.kafka().partition(Topic.AUDIENCE, p)).toList();
            reader.assign(all);
            Map<TopicPartition, Long> ends = reader.endOffsets(all);
            while (all.stream().anyMatch(p -> reader.position(p) < ends.get(p))) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofSeconds(1))) {
                    String text = new String(record.value(), StandardCharsets.ISO_8859_1);
                    assertThat(text).doesNotContain("planted", "127.0.0.1", "Java-http-client");
                    assertThat(LogCodec.decode(ByteBuffer.wrap(record.value()))).isInstanceOf(AudienceReport.class);
                    reports++;
                }
            }
        }
        assertThat(reports).isPositive();
        assertThat(edge.registry.getMeters()).noneMatch(meter -> meter.getId().toString().contains("planted"));
    }

    @Test
    void edgeThatDoesNotCollectSaysSo() throws Exception {
        try (EdgeService off = edge.withoutAudience()) {
            assertThat(report(off, honest("a"))).isEqualTo(410);
            assertThat(audience(off)).contains("audience_off");
            assertThat(off.checks()).noneMatch(check -> check.name().equals("edge_audience"));
        }
    }
}
