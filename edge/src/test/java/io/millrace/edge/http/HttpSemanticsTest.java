package io.millrace.edge.http;

import io.millrace.platform.net.ProxySources;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** HTTP according to RFC 9110 and 9112, byte by byte where players and caches depend on it. */
@Timeout(180)
class HttpSemanticsTest {
    private static final String SEGMENT = "/live/show/@17/ts/3.ts";
    private static final String PLAYLIST = "/live/show/@17/ts/index.m3u8";
    private static final String BODY = "part 01006part 01007";

    private final MemoryEdge edge = new MemoryEdge(HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE);

    @AfterEach
    void stop() {
        edge.close();
    }

    private RawHttp connect() throws IOException {
        return new RawHttp(edge.port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7d0-abcd\"", "W/\"7d0-abcd\"", "*", "\"other\", \"7d0-abcd\""})
    void sends304WithCacheHeadersAndNoBody(String tags) throws IOException {
        try (var http = connect()) {
            RawHttp.Response response = http.get(SEGMENT, "If-None-Match: " + tags, "Range: bytes=0-1").read(true);
            assertThat(response.status()).isEqualTo(304);
            assertThat(response.headers()).containsEntry("etag", "\"7d0-abcd\"").containsKeys("cache-control", "date")
                    .doesNotContainKeys("content-length", "transfer-encoding", "content-range");
            assertThat(http.get(SEGMENT).read().body()).as("the next response follows directly").isEqualTo(BODY);
        }
    }

    @Test
    void etagsDifferByVersionAndEncoding() throws IOException {
        try (var http = connect()) {
            String plain = http.get(PLAYLIST).read().headers().get("etag");
            String packed = http.get(PLAYLIST, "Accept-Encoding: gzip").read().headers().get("etag");
            assertThat(http.get(PLAYLIST, "If-None-Match: " + plain).read(true).status()).isEqualTo(304);
            assertThat(http.get(PLAYLIST, "If-None-Match: " + plain, "Accept-Encoding: gzip").read().status())
                    .isEqualTo(200);
            RawHttp.Response unchanged = http.get(PLAYLIST, "If-None-Match: " + packed, "Accept-Encoding: gzip")
                    .read(true);
            assertThat(unchanged.status()).isEqualTo(304);
            assertThat(unchanged.headers()).containsEntry("vary", "accept-encoding").containsEntry("etag", packed);
            edge.log.segments(MemoryEdge.LIVE, 10, 10);
            assertThat(http.get(PLAYLIST, "If-None-Match: " + plain).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"gzip|true", "deflate, GZIP;q=0.1|true", "*|true", "x-gzip|true",
        "gzip;q=0, *|false", "*, gzip;q=0|false", "*;q=0|false", "br|false", "identity|false", "gzip; q=0.000|false"})
    void compressesIfGzipIsAccepted(String accepted, boolean packed) throws IOException {
        try (var http = connect()) {
            assertThat(http.get(PLAYLIST, "Accept-Encoding: " + accepted).read().headers()
                    .containsKey("content-encoding")).isEqualTo(packed);
        }
    }

    @ParameterizedTest
    @CsvSource({"W/\"7d0-abcd\", 200", "'Thu, 01 Jan 2026 00:00:00 GMT', 200", "\"7d0-abcd\", 206"})
    void ifRangeRequiresStrongValidator(String condition, int status) throws IOException {
        try (var http = connect()) {
            RawHttp.Response response = http.get(SEGMENT, "Range: Bytes=5-9", "If-Range: " + condition).read();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.body()).isEqualTo(status == 206 ? "01006" : BODY);
            assertThat(response.headers()).containsEntry("etag", "\"7d0-abcd\"").containsKey("cache-control");
        }
    }

    @Test
    void ignoresRangeOfHead() throws IOException {
        try (var http = connect()) {
            RawHttp.Response head = http.request("HEAD", SEGMENT, "Range: bytes=0-1").read(true);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers()).containsEntry("content-length", "20").containsEntry("accept-ranges", "bytes");
            assertThat(http.get(SEGMENT).read().body()).isEqualTo(BODY);
        }
    }

    @Test
    void keepsConnectionOpenAcrossErrorsAndVersions() throws IOException {
        try (var http = connect()) {
            assertThat(http.get("/live/never/@1/ts/0.ts").read().status()).isEqualTo(404);
            assertThat(http.request("DELETE", SEGMENT).read().status()).isEqualTo(405);
            assertThat(http.get(SEGMENT, "Range: bytes=99-").read().status()).isEqualTo(416);
            assertThat(http.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").read().status()).isEqualTo(204);
            assertThat(http.send("GET " + SEGMENT + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read().headers())
                    .containsEntry("connection", "keep-alive");
            assertThat(http.send("\r\nGET " + SEGMENT + " HTTP/1.1\r\nHost: x\r\n\r\n").read().body())
                    .as("an empty line before a request").isEqualTo(BODY);
        }
    }

    @Test
    void answersPipelineOfDifferentMethodsInOrder() throws IOException {
        try (var http = connect()) {
            http.request("HEAD", SEGMENT).get(SEGMENT, "Range: bytes=0-3").get("/live/never/@1/ts/0.ts")
                    .request("OPTIONS", "/").get(SEGMENT, "If-None-Match: *").get(SEGMENT, "Connection: close")
                    .get("/");
            assertThat(http.read(true).status()).isEqualTo(200);
            assertThat(http.read().body()).isEqualTo("part");
            assertThat(http.read().status()).isEqualTo(404);
            assertThat(http.read(true).status()).isEqualTo(204);
            assertThat(http.read(true).status()).isEqualTo(304);
            assertThat(http.read().headers()).containsEntry("connection", "close");
            assertThat(http.next()).as("nothing follows the last response").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"GET / HTTP/1.1;|400", "GET / HTTP/1.1;Host: a;Host: b;|400",
        "PRI / HTTP/2.0;|505", "GET / HTTP/1.1;Host: x;Content-Length: 1;Content-Length: 2;|400",
        "GET / HTTP/1.1;Host : x;|400", "GET http://edge/ HTTP/1.1;Host: x;|200", "GET / HTTP/1.0;|200"})
    void rejectsAmbiguousRequests(String lines, int status) throws IOException {
        try (var http = connect()) {
            assertThat(http.send(lines.replace(";", "\r\n") + "\r\n").read().status()).isEqualTo(status);
        }
    }
}
