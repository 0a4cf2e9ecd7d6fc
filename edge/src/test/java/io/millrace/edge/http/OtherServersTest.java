package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The statistics in the forms of nginx-rtmp and SRS. */
class OtherServersTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(Records.EPOCH_MS + 65_000));
    private static final XPath XPATH = XPathFactory.newInstance().newXPath();

    private final StreamDirectory directory = new StreamDirectory();
    private final Viewers viewers = new Viewers(new EdgeMeters(new SimpleMeterRegistry()), CLOCK);
    private final AdminRoutes routes = AdminRoutes.of(List.of(new NginxRtmpStat(directory, viewers, CLOCK),
            new SrsResource(directory, viewers, CLOCK)));

    private static final ViewerSession SESSION = ViewerSession.ofPeer("192.0.2.1", "test");

    @BeforeEach
    void fill() {
        directory.put(Records.entry("live/show", 17, StreamEntry.State.LIVE, Records.TRACKS, 0, 0));
        directory.put(Records.entry("live/away", 18, StreamEntry.State.GRACE, Records.TRACKS, 0, 0));
        directory.put(Records.entry("tv/over", 19, StreamEntry.State.ENDED, Records.TRACKS, 0, 0));
        Viewer flv = viewers.joined(Protocol.FLV, "live/show", "192.0.2.1:5000", "a<b>&\u0001\uffff", SESSION,
                () -> {});
        flv.sent(List.of(Unpooled.wrappedBuffer(new byte[1000])));
        viewers.joined(Protocol.WS, "live/show", "[2001:db8::1]:5000", null, SESSION, () -> {});
        viewers.joined(Protocol.HLS, "live/away", "2001:db8::1", "hls", SESSION, () -> {});
    }

    private Answer get(String path, Map<String, String> query) {
        return routes.answer("GET", path, query).orElseThrow();
    }

    private String stat(String xpath) throws Exception {
        Answer answer = get("/stat", Map.of());
        assertThat(answer.file().type()).isEqualTo("text/xml");
        Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(answer.file().bytes()));
        return XPATH.evaluate(xpath, document);
    }

    /** The paths that nginx-rtmp's stat.xsl and common exporters read. */
    @ParameterizedTest
    @CsvSource({"count(/rtmp/server/application), 1", "/rtmp/server/application/name, live",
        "count(//live/stream), 2", "//stream[1]/name, away", "//stream[2]/name, show",
        "count(//stream[1]/publishing), 0", "count(//stream[2]/publishing), 1", "count(//stream[2]/active), 1",
        "//stream[2]/nclients, 3", "//live/nclients, 4", "/rtmp/naccepted, 3", "/rtmp/bytes_out, 1000",
        "//stream[2]/bytes_out, 1000", "//stream[2]/time, 65000", "count(//stream[2]/client), 3",
        "count(//stream[2]/client[publishing]), 1", "//stream[2]/client[2]/address, 192.0.2.1:5000",
        "//stream[2]/client[2]/flashver, a<b>&??", "//stream[2]/client[2]/time, 0", "//stream[2]/client[2]/dropped, 0",
        "//stream[2]/meta/video/codec, H264", "//stream[2]/meta/audio/codec, AAC",
        "//stream[2]/meta/audio/profile, LC", "//stream[2]/meta/audio/channels, 2"})
    void hasFormOfNginxRtmp(String xpath, String expected) throws Exception {
        assertThat(stat(xpath)).isEqualTo(expected);
    }

    @Test
    void limitsNginxRtmpForm() throws Exception {
        for (int i = 0; i < NginxRtmpStat.STREAMS_LIMIT - 2; i++) {
            directory.put(Records.entry("live/z" + i, 30 + i, StreamEntry.State.LIVE));
        }
        assertThat(stat("count(//stream)")).isEqualTo(Integer.toString(NginxRtmpStat.STREAMS_LIMIT));
        directory.put(Records.entry("live/zz", 29, StreamEntry.State.LIVE));
        assertThat(stat("count(//stream)")).isEqualTo(Integer.toString(NginxRtmpStat.STREAMS_LIMIT));
        for (int i = 0; i < NginxRtmpStat.VIEWERS_LIMIT - 2; i++) {
            viewers.joined(Protocol.FLV, "live/show", "192.0.2.1:5000", null, SESSION, () -> {});
        }
        assertThat(stat("count(//client[not(publishing)])")).as("one viewer too many")
                .isEqualTo(Integer.toString(NginxRtmpStat.VIEWERS_LIMIT));
        assertThat(stat("//stream[2]/nclients")).isEqualTo(Integer.toString(NginxRtmpStat.VIEWERS_LIMIT + 1));
    }

    private JsonNode srs(String resource, Map<String, String> query) {
        return JsonMapper.builder().build().readTree(get("/srs/api/v1/" + resource + "/", query).json());
    }

    @Test
    void hasStreamsInFormOfSrs() {
        JsonNode answer = srs("streams", Map.of());
        assertThat(answer.get("code").asInt()).isZero();
        assertThat(answer.get("streams")).hasSize(2);
        JsonNode show = answer.at("/streams/1");
        assertThat(show.get("name").asString()).isEqualTo("show");
        assertThat(show.get("app").asString()).isEqualTo("live");
        assertThat(show.get("url").asString()).isEqualTo("/live/show");
        assertThat(show.get("clients").asInt()).isEqualTo(3);
        assertThat(show.get("send_bytes").asInt()).isEqualTo(1000);
        assertThat(show.at("/publish/active").asBoolean()).isTrue();
        assertThat(show.at("/video/codec").asString()).isEqualTo("H264");
        assertThat(show.at("/audio/codec").asString()).isEqualTo("AAC");
        assertThat(answer.at("/streams/0/publish/active").asBoolean()).as("the encoder is away").isFalse();
    }

    @Test
    void hasClientsInFormOfSrs() {
        JsonNode clients = srs("clients", Map.of()).get("clients");
        assertThat(clients.findValuesAsString("type")).containsExactly("fmle-publish", "flv-play", "flv-play",
                "hls-play");
        assertThat(clients.findValuesAsString("name")).containsExactly("show", "show", "show", "away");
        assertThat(clients.at("/0/publish").asBoolean()).isTrue();
        assertThat(clients.at("/0/alive").asDouble()).isEqualTo(65);
        assertThat(clients.at("/0/id").asString()).isEqualTo(srs("streams", Map.of()).at("/streams/1/publish/cid")
                .asString());
        assertThat(clients.findValuesAsString("ip").subList(1, 4)).containsExactly("192.0.2.1", "2001:db8::1",
                "2001:db8::1");
    }

    @Test
    void pagesAsSrsDoes() {
        assertThat(srs("streams", Map.of("start", "1", "count", "1")).at("/streams/0/name").asString())
                .isEqualTo("show");
        assertThat(srs("streams", Map.of("start", "2")).get("streams")).isEmpty();
        assertThat(srs("clients", Map.of("start", "1", "count", "2")).get("clients").findValuesAsString("type"))
                .containsExactly("flv-play", "flv-play");
        for (int i = 0; i < SrsResource.DEFAULT_COUNT; i++) {
            viewers.joined(Protocol.RTMP, "live/show", "192.0.2.1:1", null, SESSION, () -> {});
        }
        assertThat(srs("clients", Map.of()).get("clients")).hasSize(SrsResource.DEFAULT_COUNT);
        assertThat(srs("clients", Map.of("count", Integer.toString(SrsResource.MAX_COUNT))).get("clients"))
                .hasSize(SrsResource.DEFAULT_COUNT + 4);
    }

    @ParameterizedTest
    @CsvSource({"count, 1001", "count, x", "count, -1", "start, 100001", "start, ''", "start, 9999999"})
    void rejectsInvalidPages(String name, String value) {
        assertThat(get("/srs/api/v1/streams", Map.of(name, value)).status()).isEqualTo(400);
        assertThat(get("/srs/api/v1/clients", Map.of(name, value)).status()).isEqualTo(400);
    }
}
