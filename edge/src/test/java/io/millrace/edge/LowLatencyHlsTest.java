package io.millrace.edge;

import io.millrace.edge.rules.Listing;
import io.millrace.edge.rules.PlaylistRules;
import io.millrace.edge.rules.SuccessionRules;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Low-latency HLS of whole edges with a real broker. The test writes parts as the packager does, holds a request for
 * each of them at every edge, and checks every answer by the rules of docs/protocols.md 7.1 and 7.2, from outside.
 */
@SlowTest
@Timeout(400)
@ExtendWith(SharedBroker.class)
class LowLatencyHlsTest {
    private static final long EPOCH = 5;
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final List<RenditionId> ALL = List.of(VIDEO, AUDIO, RenditionId.TS);
    private static final EpochRules RULES = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 16_000, 30_000,
            Records.CMAF_RULES.formats());
    private static final int PARTS = 4;
    private static final String STREAM = "live/low";

    private static String text(RenditionId rendition, long segment, int part) {
        return LogWriter.text(EPOCH, segment, part) + rendition.tracks() + ";";
    }

    private static String path(RenditionId rendition, String file) {
        return "/" + STREAM + "/@5/" + (rendition.equals(VIDEO) ? "video0/" : "audio0/") + file;
    }

    /** Audio parts have 23 or 24 frames of AAC. */
    private static void write(LogWriter log, long segment, int part) {
        for (RenditionId rendition : ALL) {
            String init = part == 0 && !rendition.equals(RenditionId.TS) ? "init;" : "";
            byte[] bytes = (init + text(rendition, segment, part)).getBytes(StandardCharsets.US_ASCII);
            long offset = log.write(Topic.PARTS,
                    new Part(new PartId(EPOCH, segment, part), rendition, ByteBuffer.wrap(bytes)));
            long ticks = rendition.equals(AUDIO) ? part % 2 == 0 ? 44_160 : 46_080 : 45_000;
            log.write(Topic.INDEX, new Records.PartSpec(EPOCH, segment).of(rendition).durationTicks(ticks)
                    .sizeBytes(bytes.length).initBytes(init.length()).part(part, part == PARTS - 1, offset));
        }
    }

    /** What one test has seen. */
    private static final class Seen {
        final Map<String, String> fixed = new HashMap<>();
        /** The newest complete playlist by edge and rendition. */
        final Map<String, String> newest = new HashMap<>();
        int polls;

        void check(String edge, String target, HttpResponse<String> answer) {
            polls++;
            assertThat(answer.statusCode()).as(target + " " + answer.body()).isEqualTo(200);
            assertThat(answer.version()).as("by upgrade").isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.headers().firstValue("content-type")).contains("application/vnd.apple.mpegurl");
            assertThat(answer.headers().firstValue("access-control-allow-origin")).contains("*");
            assertThat(PlaylistRules.broken(answer.body())).as(target + "\n" + answer.body()).isEmpty();
            String cache = answer.headers().firstValue("cache-control").orElseThrow();
            if (cache.equals("public, max-age=12")) {
                assertThat(target).contains("_HLS_msn");
                String known = fixed.putIfAbsent(target, answer.body());
                assertThat(known == null ? answer.body() : known).as(target).isEqualTo(answer.body());
            } else {
                assertThat(cache).as(target).isEqualTo("public, max-age=1");
            }
            String of = edge + target.replaceAll("\\?.*", "");
            if (target.contains("_HLS_skip")) {
                return;
            }
            String before = newest.put(of, answer.body());
            if (before != null) {
                assertThat(SuccessionRules.broken(before, answer.body())).as(target + "\n" + before + answer.body())
                        .isEmpty();
            }
        }
    }

    private static CompletableFuture<HttpResponse<String>> request(TestEdge client, EdgeService edge, String target) {
        return client.http.sendAsync(TestEdge.request(edge.port(), target), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersAreFixedFactsOnAllEdges(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("low.latency.");
        var seen = new Seen();
        Map<String, EdgeService> edges = new LinkedHashMap<>();
        try (TestEdge first = new TestEdge(kafka); LogWriter log = first.log(STREAM)) {
            edges.put("first", first.service);
            for (long segment = 0; segment < 8; segment++) {
                for (int part = 0; part < PARTS; part++) {
                    write(log, segment, part);
                }
            }
            log.write(Topic.STREAMS,
                    Records.ruledBy(RULES, Records.entry(STREAM, EPOCH, StreamEntry.State.LIVE)));
            first.awaitKnown(STREAM);
            for (long segment = 8; segment < 13; segment++) {
                for (int part = 0; part < PARTS; part++) {
                    if (segment == 9 && part == 1 || segment == 11 && part == 2) {
                        // The second edge begins here, and is restarted later.
                        EdgeService known = edges.put("another", first.another());
                        if (known != null) {
                            known.close();
                        }
                        seen.newest.keySet().removeIf(key -> key.startsWith("another"));
                    }
                    step(first, edges, log, segment, part, seen);
                }
            }
            assertThat(body(first, first.service, path(VIDEO, "12.1.m4s"))).isEqualTo(text(VIDEO, 12, 1));
            assertThat(body(first, first.service, path(AUDIO, "12.0.m4s"))).as("without the init section")
                    .isEqualTo(text(AUDIO, 12, 0));
            assertThat(body(first, edges.get("another"), path(AUDIO, "0.3.m4s"))).as("long after it left")
                    .isEqualTo(text(AUDIO, 0, 3));
            ends(first, edges, log);
            assertThat(seen.fixed).as("each part, segment and delta of both renditions")
                    .hasSizeGreaterThan(2 * 5 * (2 * PARTS + 1) - 1);
            assertThat(seen.polls).isGreaterThan(200);
            assertThat(first.registry.get("millrace.stage.latency").tag("stage", "part").timer().count())
                    .as("parts of both renditions, but for the first, which may be read with the past")
                    .isGreaterThanOrEqualTo(2L * (5 * PARTS - 1));
        } finally {
            edges.values().forEach(EdgeService::close);
        }
    }

    /** Holds requests for a part and the part itself, writes it, and checks the answers; then asks again. */
    private static void step(TestEdge client, Map<String, EdgeService> edges, LogWriter log, long segment, int part,
            Seen seen) throws Exception {
        List<String> targets = new ArrayList<>();
        for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
            String directives = "?_HLS_msn=" + segment + "&_HLS_part=" + part;
            targets.add(path(rendition, "index.m3u8" + directives));
            targets.add(path(rendition, "index.m3u8" + directives + "&_HLS_skip=YES"));
            if (part == PARTS - 1) {
                targets.add(path(rendition, "index.m3u8?_HLS_msn=" + segment));
            }
        }
        Map<String, CompletableFuture<HttpResponse<String>>> held = new LinkedHashMap<>();
        edges.forEach((name, edge) -> targets
                .forEach(target -> held.put(name + " " + target, request(client, edge, target))));
        String file = path(VIDEO, segment + "." + part + ".m4s");
        var hinted = request(client, client.service, file);
        write(log, segment, part);
        for (var answer : held.entrySet()) {
            String[] names = answer.getKey().split(" ");
            seen.check(names[0], names[1], answer.getValue().get(Patience.MILLIS, TimeUnit.MILLISECONDS));
        }
        assertThat(hinted.get(Patience.MILLIS, TimeUnit.MILLISECONDS).body()).isEqualTo(text(VIDEO, segment, part));
        for (var edge : edges.entrySet()) {
            for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
                String playlist = path(rendition, "index.m3u8");
                String directives = "?_HLS_msn=" + segment + "&_HLS_part=" + part;
                seen.check(edge.getKey(), playlist, client.get(edge.getValue(), playlist));
                String full = seen.newest.get(edge.getKey() + playlist);
                assertThat(new Listing(full).lastPart()).isEqualTo(part);
                String delta = client.get(edge.getValue(), playlist + directives + "&_HLS_skip=v2").body();
                assertThat(PlaylistRules.broken(delta)).as(delta).isEmpty();
                assertThat(SuccessionRules.apply(full, delta)).isEqualTo(full);
            }
        }
    }

    private static String body(TestEdge client, EdgeService edge, String target) throws Exception {
        HttpResponse<String> answer = client.get(edge, target);
        assertThat(answer.statusCode()).as(target + " " + answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("cache-control").orElseThrow()).endsWith(", immutable");
        return answer.body();
    }

    private static void ends(TestEdge client, Map<String, EdgeService> edges, LogWriter log) throws Exception {
        String target = path(VIDEO, "index.m3u8?_HLS_msn=13&_HLS_part=0");
        var held = edges.values().stream().map(edge -> request(client, edge, target)).toList();
        log.write(Topic.INDEX, new EpochEnded(EPOCH, 12, 0));
        for (var answer : held) {
            String text = answer.get(Patience.MILLIS, TimeUnit.MILLISECONDS).body();
            assertThat(text).endsWith("12.m4s\n#EXT-X-ENDLIST\n");
            assertThat(PlaylistRules.broken(text)).isEmpty();
        }
    }
}
