package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(180)
class DashServerTest {
    private static final StreamEntry CMAF = Records.ruledBy(Records.CMAF_RULES,
            Records.entry("live/cmaf", 23, StreamEntry.State.LIVE));
    private static final StreamEntry TS = Records.entry("live/show", 17, StreamEntry.State.LIVE);
    private static final List<RenditionId> RENDITIONS = List.of(
            RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)), RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)));

    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ManualClock clock = new ManualClock();
    private EdgeServer server;
    private int port;

    @BeforeEach
    void start() {
        List.of(CMAF, TS).forEach(directory::put);
        log.segments(TS, 0, 9);
        log.segments(CMAF, RENDITIONS, 0, 9);
        var meters = new EdgeMeters(registry);
        server = new EdgeServer(HttpSettings.of("127.0.0.1", 0), AccessPolicy.ALLOW_ALL, 3_600_000, directory, log, log,
                log, log, log, log, new Viewers(meters, InstantSource.system()), null, meters, clock);
        port = server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RawHttp.Response get(String target) throws IOException {
        try (var http = new RawHttp(port)) {
            return http.get(target).read();
        }
    }

    @ParameterizedTest
    @CsvSource({"/live/cmaf.mpd, 302", "/live/cmaf/@23/index.mpd, 200", "/live/show.mpd, 302",
        "/live/show/@17/index.mpd, 404", "/live/cmaf.mpd?delay=30s, 400", "/live/cmaf.mpd?start=x, 400",
        "/live/cmaf/@23/index.mpd?start=-10s, 400", "/live/cmaf/@023/index.mpd, 404", "/api/v1/time, 200"})
    void respondsWithDocumentedStatus(String target, int status) throws IOException {
        RawHttp.Response response = get(target);
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.headers()).containsEntry("access-control-allow-origin", "*");
        if (status == 404 && target.contains("show")) {
            assertThat(response.body()).contains("\"code\":\"not_in_dash\"", "play /live/show.m3u8");
        }
    }

    /** The URL of the stream leads to the MPD of its epoch, and that to the segments of HLS. */
    @Test
    void leadsToEpochAndSegments() throws IOException {
        RawHttp.Response stream = get("/live/cmaf.mpd");
        assertThat(stream.headers()).containsEntry("location", "cmaf/@23/index.mpd").containsEntry("cache-control",
                "public, max-age=3");
        RawHttp.Response mpd = get("/live/cmaf/@23/index.mpd");
        assertThat(mpd.headers()).containsEntry("content-type", "application/dash+xml")
                .containsEntry("cache-control", "public, max-age=1").containsKey("etag");
        assertThat(mpd.body()).contains("type=\"dynamic\"");
        for (String track : List.of("video0", "audio0")) {
            Matcher number = Pattern.compile("startNumber=\"(\\d+)\" initialization=\"../(@23/" + track
                    + "/init-0.mp4)\" media=\"../(@23/" + track + "/\\$Number\\$.m4s)\"").matcher(mpd.body());
            assertThat(number.find()).isTrue();
            RawHttp.Response segment = get("/live/cmaf/" + number.group(3).replace("$Number$", number.group(1)));
            assertThat(segment.status()).as(segment.body()).isEqualTo(200);
            assertThat(get("/live/cmaf/" + number.group(2)).status()).isEqualTo(200);
        }
    }

    @Test
    void endsStatic() throws IOException {
        log.end(CMAF);
        assertThat(get("/live/cmaf/@23/index.mpd").body()).contains("type=\"static\"");
    }

    @Test
    void countsViewers() throws IOException {
        get("/live/cmaf/@23/index.mpd");
        assertThat(registry.get("millrace.edge.viewers").tag("protocol", "dash").gauge().value()).isEqualTo(1);
        // Counted once the response is written, which its reader may notice first.
        Patience.await().until(
                () -> registry.get("millrace.edge.bytes.sent").tag("protocol", "dash").counter().count() > 0);
    }

    /** The clock of the players: xs:dateTime, and never from a cache. */
    @Test
    void tellsTime() throws IOException {
        Instant before = Instant.now();
        RawHttp.Response response = get("/api/v1/time");
        assertThat(response.headers()).containsEntry("cache-control", "no-store");
        assertThat(OffsetDateTime.parse(response.body()).toInstant()).isBetween(before.minusMillis(1),
                Instant.now());
    }
}
