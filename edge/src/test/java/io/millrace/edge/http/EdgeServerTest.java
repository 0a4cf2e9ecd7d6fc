package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(180)
class EdgeServerTest {
    private static final StreamEntry LIVE = Records.entry("live/show", 17, StreamEntry.State.LIVE);
    private static final StreamEntry NEW = Records.entry("live/new", 18, StreamEntry.State.LIVE);
    private static final StreamEntry AWAY = Records.entry("live/away", 19, StreamEntry.State.GRACE);
    private static final StreamEntry OVER = Records.entry("live/over", 20, StreamEntry.State.ENDED, Records.TRACKS,
            0, 9);
    private static final StreamEntry OLD = Records.entry("old/bytes", 21, StreamEntry.State.LIVE);
    private static final StreamEntry NOTHING = Records.entry("old/empty", 22, StreamEntry.State.ENDED, List.of(), 0);
    private static final String SEGMENT_3 = "part 01006part 01007";

    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ManualClock clock = new ManualClock();
    private EdgeServer server;
    private int port;

    @BeforeEach
    void start() {
        StreamEntry gone = Records.entry("live/gone", 5, StreamEntry.State.ENDED, Records.TRACKS, 0, 9);
        List.of(LIVE, NEW, AWAY, OVER, gone).forEach(directory::put);
        directory.expired(new StreamExpiry("live/gone", Records.EPOCH_MS, 5, Records.EPOCH_MS));
        List.of(LIVE, AWAY, OVER).forEach(entry -> log.segments(entry, 0, 9));
        log.end(OVER);
        directory.put(OLD);
        log.expired(OLD);
        directory.put(NOTHING);
        log.end(NOTHING);
        var meters = new EdgeMeters(registry);
        server = new EdgeServer(HttpSettings.of("127.0.0.1", 0), AccessPolicy.ALLOW_ALL, 3_600_000, directory, log, log,
                log, log, log, log, new Viewers(meters, InstantSource.system()), null, meters, clock);
        port = server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"/live/show.m3u8, 200", "/live/away.m3u8, 200", "/live/over.m3u8, 200", "/live/gone.m3u8, 410",
        "/live/show/@17/ts/index.m3u8, 200", "/live/away/@19/ts/index.m3u8, 200",
        "/live/over/@20/ts/index.m3u8, 200", "/live/gone/@5/ts/index.m3u8, 410",
        "/live/show/@17/ts/9.ts, 200",
        "/live/show/@17/ts/10.ts, 404", "/live/over/@20/ts/9.ts, 200", "/live/gone/@5/ts/0.ts, 410",
        "/live/never/@4/ts/0.ts, 404", "/live/show@ts.m3u8, 200", "/live/gone@ts.m3u8, 410",
        "/live/show/@17/video0/index.m3u8, 404", "/live/show/@17/video0/9.m4s, 404",
        "/live/show/@17/video0/init-0.mp4, 404", "/live/gone/@5/video0/init-0.mp4, 410",
        "/live/gone/@5/video0/0.m4s, 410", "/live/gone/@5/audio0/index.m3u8, 410",
        "/live/never/@4/video0/init-0.mp4, 404", "/live/over/@20/audio0/init-0.mp4, 410", "/old/bytes/@21/ts/0.ts, 410",
        "/old/empty.m3u8, 404",
        "/live/over.flv, 404", "/live/show.flv?start=x, 400", "/live/over.flv?start=-1h, 404", "/live/gone.flv, 410",
        "/live/never.flv?start=-1h, 404", "/live/show.flv?track=video1, 404", "/live/show.flv?track=video, 400",
        "/live/show.flv?track=video1&video=0, 400", "/live/show.flv?track=, 400",
        "/live/show/@17/mp4/9.m4s, 404", "/live/show/@017/ts/9.ts, 404", "/live/%7a, 404", "/live/%zz.m3u8, 400",
        "/api/v1/streams, 200", "/api/v1/streams/live/show, 200", "/api/v1/streams/live/never, 404",
        "/api/v1/streams/live/show/sessions, 200", "/api/v1/streams/live/never/sessions, 404",
        "/api/v1/streams?limit=0, 400", "/api/v1/streams?limit=x, 400", "/api/v2/streams, 404", "/, 200",
        "/?stream=live/show&player=flv, 200", "/assets/page.js, 200", "/assets/../index.html, 404",
        "/assets/vendor/hls.min.js, 200", "/favicon.ico, 404"})
    void respondsWithDocumentedStatus(String target, int status) throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response response = http.get(target).read();
            assertThat(response.status()).as(response.body()).isEqualTo(status);
            assertThat(response.headers()).containsEntry("access-control-allow-origin", "*").containsKey("date");
            if (status >= 400) {
                assertThat(response.headers()).containsEntry("content-type", "application/json");
                assertThat(response.body()).startsWith("{\"error\":{\"code\":\"");
            }
            if (status == 410 && !target.endsWith(".flv")) {
                assertThat(response.body()).contains("\"availableFrom\":\"2026-01-01T00:00:00.000Z\"");
            }
        }
    }

    @Test
    void namesTracksThatStreamHas() throws IOException {
        try (var http = new RawHttp(port)) {
            assertThat(http.get("/live/show.flv?track=audio1&video=0").read().body()).contains(
                    "\"code\":\"track_not_found\"",
                    "live/show has no track audio1; it has video0, audio0");
            http.get("/live/show.flv?track=video1,video2");
            assertThat(http.read().body()).contains("track must name at most one video and one audio track");
        }
    }

    /** Another edge may know the stream already: its playlists and tags are awaited, its segments are not. */
    @ParameterizedTest
    @ValueSource(strings = {"/live/never.m3u8", "/live/show/@4/ts/index.m3u8", "/live/never/@4/ts/index.m3u8",
        "/live/never.flv"})
    void holdsRequestForUnknownStreamForFiveSeconds(String target) throws Exception {
        try (var http = new RawHttp(port); var other = new RawHttp(port)) {
            http.get(target);
            await().until(() -> directory.awaited() == 1);
            clock.pass(Duration.ofMillis(StreamDirectory.ARRIVAL_MS - 1));
            assertThat(other.get("/live/never/@4/ts/0.ts").read().status()).isEqualTo(404);
            assertThat(directory.awaited()).isEqualTo(1);
            clock.pass(Duration.ofMillis(1));
            RawHttp.Response response = http.read();
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.body()).startsWith("{\"error\":{\"code\":\"stream_not_found\"");
            assertThat(directory.awaited()).isZero();
        }
    }

    @Test
    void answersHeldRequestsWhenStreamAppears() throws Exception {
        StreamEntry late = Records.entry("live/late", 40, StreamEntry.State.LIVE);
        log.segments(late, 0, 9);
        try (var playlist = new RawHttp(port);
                var media = new RawHttp(port);
                var lost = new RawHttp(port);
                var flv = new RawHttp(port)) {
            playlist.get("/live/late.m3u8");
            media.get("/live/late/@40/ts/index.m3u8");
            lost.get("/live/late/@40.8c1e2f3a9b0d/ts/index.m3u8");
            flv.get("/live/late.flv");
            await().until(() -> directory.awaited() == 4);
            directory.put(late);
            assertThat(playlist.read().status()).isEqualTo(200);
            assertThat(media.read().status()).isEqualTo(200);
            assertThat(lost.read().status()).as("an epoch whose number is now that of another").isEqualTo(410);
            await().until(() -> !log.sinks.isEmpty());
            FlvSink sink = log.sinks.getFirst();
            sink.execute(() -> {
                sink.start(() -> {});
                sink.send(bytes("tags"));
            });
            assertThat(flv.read(true).status()).isEqualTo(200);
            await().until(() -> directory.awaited() == 0);
        }
    }

    @Test
    void forgetsHeldRequestWhenClientLeaves() throws Exception {
        try (var http = new RawHttp(port)) {
            http.get("/live/never.flv");
            await().until(() -> directory.awaited() == 1);
        }
        await().until(() -> directory.awaited() == 0);
    }

    @Test
    void refusesPastWithRetryIfTooManyReadsWait() throws IOException {
        directory.put(Records.entry(MemoryLog.BUSY, 30, StreamEntry.State.LIVE));
        try (var http = new RawHttp(port)) {
            RawHttp.Response flv = http.get("/live/busy.flv?start=-5m").read();
            assertThat(flv.status()).isEqualTo(503);
            assertThat(flv.headers()).containsEntry("retry-after", "1");
            assertThat(flv.body()).contains("\"code\":\"busy\"");
            RawHttp.Response response = http.get("/live/busy.m3u8?start=-5m").read();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.headers()).containsEntry("retry-after", "1");
            assertThat(response.body()).contains("\"code\":\"busy\"");
        }
    }

    @Test
    void readsSegmentsInTurnOfClientAddress() throws IOException {
        try (var first = new RawHttp(port, "127.0.0.3", 0); var second = new RawHttp(port, "127.0.0.4", 0)) {
            assertThat(first.get("/live/show/@17/ts/3.ts").read().status()).isEqualTo(200);
            assertThat(second.get("/live/show/@17/ts/3.ts").read().status()).isEqualTo(200);
        }
        assertThat(log.readers).containsExactlyInAnyOrder("127.0.0.3", "127.0.0.4");
    }

    @Test
    void setsCacheLifetimes() throws IOException {
        try (var http = new RawHttp(port)) {
            assertThat(http.get("/live/show/@17/ts/3.ts").read().headers())
                    .containsEntry("cache-control", "public, max-age=3600, immutable")
                    .containsEntry("content-type", "video/mp2t").containsEntry("accept-ranges", "bytes");
            assertThat(http.get("/live/show/@17/ts/index.m3u8").read().headers())
                    .containsEntry("cache-control", "public, max-age=1")
                    .containsEntry("content-type", "application/vnd.apple.mpegurl")
                    .containsEntry("vary", "accept-encoding");
            assertThat(http.get("/live/never/@1/ts/0.ts").read().headers()).containsEntry("cache-control", "no-store");
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"bytes=0-4, 206, part , bytes 0-4/20", "bytes=18-, 206, 07, bytes 18-19/20",
        "bytes=-3, 206, 007, bytes 17-19/20", "bytes=8-11, 206, 06pa, bytes 8-11/20",
        "bytes=15-99, 206, 01007, bytes 15-19/20", "bytes=20-, 416, -, bytes */20", "bytes=-0, 416, -, bytes */20",
        "bytes=5-2, 200, -, -", "'bytes=0-1,4-5', 200, -, -", "items=0-1, 200, -, -", "bytes=x, 200, -, -"})
    void servesOneRangeOfSegment(String range, int status, String body, String contentRange) throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response response = http.get("/live/show/@17/ts/3.ts", "Range: " + range).read();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.headers().get("content-range")).isEqualTo(contentRange);
            if (status == 206) {
                assertThat(response.body().strip()).isEqualTo(body.strip());
            } else if (status == 200) {
                assertThat(response.body()).isEqualTo(SEGMENT_3);
            }
        }
    }

    @Test
    void servesWholeSegmentIfIfRangeDiffers() throws IOException {
        try (var http = new RawHttp(port)) {
            String etag = http.get("/live/show/@17/ts/3.ts").read().headers().get("etag");
            assertThat(http.get("/live/show/@17/ts/3.ts", "Range: bytes=0-1", "If-Range: " + etag).read().status())
                    .isEqualTo(206);
            assertThat(http.get("/live/show/@17/ts/3.ts", "Range: bytes=0-1", "If-Range: \"x\"").read().status())
                    .isEqualTo(200);
            assertThat(http.get("/live/show/@17/ts/3.ts", "If-None-Match: \"x\", " + etag).read().status())
                    .isEqualTo(304);
        }
    }

    @Test
    void drainAnswersHeldRequestsAndClosesConnections() throws Exception {
        try (var idle = new RawHttp(port); var held = new RawHttp(port); var heldFlv = new RawHttp(port)) {
            assertThat(idle.get("/live/show.m3u8").read().status()).isEqualTo(200);
            held.get("/live/new.m3u8");
            heldFlv.get("/live/new.flv");
            await().until(() -> log.sinks.size() == 1 && log.watched.contains("live/new"));
            server.drain().get(Patience.MILLIS, TimeUnit.MILLISECONDS);

            for (RawHttp waiting : List.of(held, heldFlv)) {
                RawHttp.Response answer = waiting.read();
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.headers()).containsEntry("connection", "close").containsKey("retry-after");
                assertThat(waiting.next()).isEqualTo(-1);
            }
            assertThat(idle.next()).as("an idle connection").isEqualTo(-1);
            assertThatThrownBy(() -> new RawHttp(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void streamsContinueDuringDrainAndEndCleanly() throws Exception {
        try (var viewer = new RawHttp(port)) {
            viewer.get("/live/show.flv");
            await().until(() -> log.sinks.size() == 1);
            FlvSink sink = log.sinks.getFirst();
            sink.loop().execute(() -> {
                sink.start(() -> {});
                sink.send(bytes("FLV"));
            });
            assertThat(viewer.read(true).status()).isEqualTo(200);
            assertThat(viewer.chunk()).isEqualTo("FLV");
            server.drain().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
            sink.loop().execute(() -> sink.send(bytes("more")));
            assertThat(viewer.chunk()).isEqualTo("more");
            server.close();
            assertThat(viewer.chunk()).as("the last chunk of a whole response").isEmpty();
            assertThat(viewer.next()).isEqualTo(-1);
            assertThat(log.sinks).isEmpty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void answersHeadLikeGetWithoutBody() throws IOException {
        try (var http = new RawHttp(port)) {
            for (String target : List.of("/live/show.m3u8", "/live/show/@17/ts/index.m3u8", "/live/show/@17/ts/3.ts",
                    "/api/v1/streams", "/", "/live/never/@1/ts/0.ts")) {
                RawHttp.Response get = http.get(target).read();
                RawHttp.Response head = http.request("HEAD", target).read(true);
                assertThat(head.status()).isEqualTo(get.status());
                assertThat(head.headers().get("content-length")).as(target)
                        .isEqualTo(get.headers().get("content-length"));
            }
            assertThat(http.request("HEAD", "/live/show.flv").read(true).headers()).containsEntry("content-type",
                    "video/x-flv");
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws IOException {
        try (var http = new RawHttp(port)) {
            for (int i = 0; i < 40; i++) {
                http.get("/live/show/@17/ts/" + (4 + i % 6) + ".ts");
            }
            for (int i = 0; i < 40; i++) {
                int offset = 1000 + 2 * (4 + i % 6);
                assertThat(http.read().body()).isEqualTo("part %05dpart %05d".formatted(offset, offset + 1));
            }
        }
    }

    @Test
    void pipelineWaitsForHeldRequest() throws IOException {
        try (var http = new RawHttp(port); var other = new RawHttp(port)) {
            http.get("/live/new.m3u8").get("/live/never/@1/ts/0.ts");
            assertThat(other.get("/live/new/@18/ts/0.ts").read().status()).isEqualTo(404);
            log.segments(NEW, 0, 0);
            assertThat(http.read().status()).isEqualTo(200);
            assertThat(http.read().status()).isEqualTo(404);
        }
    }

    @Test
    void closesOnRequestOfClient() throws IOException {
        try (var http = new RawHttp(port)) {
            assertThat(http.get("/api/v1/streams", "Connection: close").read().headers()).containsEntry("connection",
                    "close");
            assertThat(http.next()).isEqualTo(-1);
        }
        try (var http = new RawHttp(port)) {
            http.send("GET /api/v1/streams HTTP/1.0\r\n\r\n").read();
            assertThat(http.next()).isEqualTo(-1);
        }
    }

    @Test
    void refusesInvalidRequests() throws IOException {
        assertRefused("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405);
        assertRefused("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414);
        assertRefused("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(9_000) + "\r\n\r\n", 431);
        assertRefused("GET nonsense HTTP/1.1\r\nHost: x\r\n\r\n", 400);
        assertRefused("\u0003\u0000\u0001 garbage that is no HTTP\r\n\r\n", 400);
    }

    private void assertRefused(String bytes, int status) throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response response = http.send(bytes).read();
            assertThat(response.status()).as(bytes.substring(0, 20)).isEqualTo(status);
            assertThat(response.body()).startsWith("{\"error\":");
            if (status == 405) {
                assertThat(response.headers()).containsEntry("allow", "GET, HEAD, OPTIONS");
            }
        }
    }

    @Test
    void doesNotParseBodyAsRequest() throws IOException {
        try (var http = new RawHttp(port)) {
            http.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nGET /api/v1/streams HTTP/1.1\r\n");
            assertThat(http.read().status()).isEqualTo(405);
            assertThat(http.next()).isEqualTo(-1);
        }
    }

    @Test
    void allowsEveryOrigin() throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response response = http
                    .request("OPTIONS", "/live/show/@17/ts/3.ts", "Origin: http://x",
                            "Access-Control-Request-Method: GET")
                    .read();
            assertThat(response.status()).isEqualTo(204);
            assertThat(response.headers()).containsEntry("access-control-allow-methods", "GET, HEAD, OPTIONS")
                    .containsEntry("access-control-expose-headers", "Date, Age, Content-Length, Content-Range, ETag");
            assertThat(http.get("/").read().status()).as("the connection stays open").isEqualTo(200);
        }
    }

    @Test
    void compressesPlaylistsIfAccepted() throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response packed = http.get("/live/show/@17/ts/index.m3u8", "Accept-Encoding: br, gzip;q=0.8")
                    .read();
            assertThat(packed.headers()).containsEntry("content-encoding", "gzip");
            assertThat(packed.body()).startsWith("\u001f\u008b");
            RawHttp.Response plain = http.get("/live/show/@17/ts/index.m3u8", "Accept-Encoding: gzip;q=0").read();
            assertThat(plain.headers()).doesNotContainKey("content-encoding");
            assertThat(plain.headers().get("etag")).isNotEqualTo(packed.headers().get("etag"));
        }
    }

    @Test
    void writesDocumentedJson() throws IOException {
        try (var http = new RawHttp(port)) {
            assertThat(http.get("/api/v1/streams/live/show").read().body()).isEqualTo("{\"name\":\"live/show\","
                    + "\"state\":\"live\",\"epoch\":17,\"session\":17,\"startedAt\":\"2026-01-01T00:00:00.000Z\","
                    + "\"endedAt\":null,\"graceEndsAt\":null,\"publisher\":{\"client\":\"FMLE/3.0\"},"
                    + "\"tracks\":[{\"id\":0,\"kind\":\"video\",\"codec\":\"avc1.64001f\",\"width\":640,\"height\":360,"
                    + "\"frameRate\":30,\"captions\":[]},{\"id\":0,\"kind\":\"audio\",\"codec\":\"mp4a.40.2\",\"sampleRate\":48000,"
                    + "\"channels\":2,\"language\":null,\"name\":null}],\"outputs\":[{\"protocol\":\"hls\","
                    + "\"format\":\"ts\",\"url\":\"/live/show.m3u8\",\"tracks\":[\"video0\",\"audio0\"]},"
                    + "{\"protocol\":\"flv\",\"format\":\"flv\",\"url\":\"/live/show.flv\","
                    + "\"tracks\":[\"video0\",\"audio0\"]}],\"bitrate\":2500000,\"viewers\":{\"hls\":0,\"dash\":0,"
                    + "\"flv\":0,\"ws\":0,\"rtmp\":0},"
                    + "\"warnings\":[]}");
            assertThat(http.get("/api/v1/streams/live/show/sessions").read().body())
                    .isEqualTo("{\"sessions\":[{\"epoch\":17,\"session\":17,\"startedAt\":\"2026-01-01T00:00:00.000Z\","
                            + "\"endedAt\":null,\"durationMs\":4000,\"bytes\":1000,\"codecs\":[\"avc1.64001f\","
                            + "\"mp4a.40.2\"],\"url\":\"/live/show.m3u8?start=2026-01-01T00:00:00.000Z\"}],\"next\":null}");
            String first = http.get("/api/v1/streams?limit=2").read().body();
            assertThat(first).contains("live/away", "live/new").endsWith("\"next\":\"live/new\"}");
            assertThat(http.get("/api/v1/streams?limit=2&after=live/new").read().body()).contains("live/over",
                    "live/show").endsWith("\"next\":\"live/show\"}");
            assertThat(http.get("/api/v1/streams?limit=2&after=live/show").read().body()).contains("old/bytes",
                    "old/empty").endsWith("\"next\":null}");
        }
    }

    @Test
    void filtersStreamsByStateAndName() throws IOException {
        try (var http = new RawHttp(port)) {
            assertThat(names(http, "state=live")).containsExactly("live/new", "live/show", "old/bytes");
            assertThat(names(http, "state=live,grace")).containsExactly("live/away", "live/new", "live/show",
                    "old/bytes");
            assertThat(names(http, "state=live,grace&limit=1&after=live/away")).containsExactly("live/new");
            assertThat(http.get("/api/v1/streams?state=live&limit=1").read().body()).endsWith("\"next\":\"live/new\"}");
            assertThat(http.get("/api/v1/streams?state=live&limit=3").read().body()).endsWith("\"next\":null}");
            assertThat(names(http, "search=HOW")).containsExactly("live/show");
            assertThat(names(http, "search=how&state=grace")).isEmpty();
            assertThat(http.get("/api/v1/streams?state=live,gone").read())
                    .returns(400, RawHttp.Response::status)
                    .extracting(RawHttp.Response::body).asString().contains("live,grace,ended");
            assertThat(http.get("/api/v1/streams?state=").read().status()).isEqualTo(400);
            assertThat(http.get("/api/v1/streams/live/away").read().body()).contains("\"graceEndsAt\":\"20");
        }
    }

    /** Returns the names in the requested list, in its order. */
    private static List<String> names(RawHttp http, String query) throws IOException {
        return Pattern.compile("\"name\":\"([^\"]+)\"").matcher(http.get("/api/v1/streams?" + query).read().body())
                .results().map(found -> found.group(1)).toList();
    }

    @Test
    void onlyEmbedPageMayBeFramedByOtherSites() throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response page = http.get("/").read();
            assertThat(page.headers().get("content-security-policy")).contains("frame-ancestors 'self'");
            RawHttp.Response embed = http.get("/embed?stream=live/show").read();
            assertThat(embed.status()).isEqualTo(200);
            assertThat(embed.headers().get("content-security-policy")).contains("script-src 'self'")
                    .doesNotContain("frame-ancestors");
            assertThat(embed.headers()).doesNotContainKey("x-frame-options");
        }
    }

    @Test
    void countsViewers() throws IOException {
        try (var http = new RawHttp(port)) {
            http.get("/live/show/@17/ts/index.m3u8", "User-Agent: a").read();
            http.get("/live/show/@17/ts/index.m3u8", "User-Agent: a").read();
            http.get("/live/show/@17/ts/index.m3u8", "User-Agent: b").read();
            assertThat(http.get("/api/v1/streams/live/show").read().body()).contains("\"viewers\":{\"hls\":2,");
            assertThat(registry.get("millrace.edge.viewers").tag("protocol", "hls").gauge().value()).isEqualTo(2);
            assertThat(registry.get("millrace.edge.bytes.sent").tag("protocol", "hls").counter().count()).isPositive();
        }
    }
}
