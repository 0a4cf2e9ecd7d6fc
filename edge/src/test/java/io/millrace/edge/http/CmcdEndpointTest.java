package io.millrace.edge.http;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.AudienceMeters.Outcome;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.net.Networks;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Reports of players at the HTTP port, in every form, and the limits of the only request with a body. */
class CmcdEndpointTest {
    private static final String REPORT = "sid=\"a\",cid=\"live/show\",v=2,bl=(1000)";

    private MemoryEdge edge;

    @BeforeEach
    void start() {
        edge = new MemoryEdge(HttpLimits.DEFAULT, ProxySources.NONE, FamiliarUrls.NONE);
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    @Test
    void takesEventReportsOnConnectionThatIsKept() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            assertThat(post(client, REPORT + "\n" + REPORT + "\n").status()).isEqualTo(204);
            assertThat(post(client, REPORT).status()).isEqualTo(204);
            client.get(ApiResource.CMCD.template() + "?CMCD=sid%3D%22b%22%2Ccid%3D%22live%2Fshow%22");
            assertThat(client.read(false).status()).isEqualTo(204);
            client.get("/live/show/@17/ts/index.m3u8");
            assertThat(client.read(false).status()).isEqualTo(200);
        }
        assertThat(count(Outcome.ACCEPTED)).isEqualTo(4);
    }

    @Test
    void takesBodyInPiecesAndChunks() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            client.request("POST", ApiResource.CMCD.template(), "Transfer-Encoding: chunked");
            for (char c : REPORT.toCharArray()) {
                client.send("1\r\n" + c + "\r\n");
            }
            client.send("0\r\n\r\n");
            assertThat(client.read(false).status()).isEqualTo(204);
            // A pipelined request waits for the response to the body before it.
            client.request("POST", ApiResource.CMCD.template(), "Content-Length: " + REPORT.length());
            client.send(REPORT + "GET /api/v1/ingest HTTP/1.1\r\nHost: edge\r\n\r\n");
            assertThat(client.read(false).status()).isEqualTo(204);
            assertThat(client.read(false).status()).isEqualTo(200);
        }
        assertThat(count(Outcome.ACCEPTED)).isEqualTo(2);
        assertThat(edge.requestBytes()).isZero();
    }

    @Test
    void takesReportsOfMediaRequestsByQueryAndHeaders() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            String path = "/live/show/@17/ts/index.m3u8";
            client.get(path);
            String plain = client.read(false).body();
            client.get(path + "?CMCD=bl%3D900%2Csid%3D%22q%22");
            assertThat(client.read(false).body()).isEqualTo(plain);
            client.get(path, "CMCD-Session: sid=\"h\",v=1", "CMCD-Request: bl=900", "CMCD-Status: bs");
            assertThat(client.read(false).body()).isEqualTo(plain);
            assertThat(count(Outcome.ACCEPTED)).isEqualTo(2);
            client.get(path + "?CMCD=bl%3Dforged");
            assertThat(client.read(false).status()).as("a malformed report harms nobody").isEqualTo(200);
            assertThat(count(Outcome.MALFORMED)).isEqualTo(1);
        }
    }

    @Test
    void takesEventReportOverHttp2() throws Exception {
        try (var client = new RawHttp2(edge.port)) {
            int stream = client.send(RawHttp2.block(RawHttp2.request("POST", ApiResource.CMCD.template())), 0);
            byte[] body = REPORT.getBytes(StandardCharsets.US_ASCII);
            client.frame(RawHttp2.DATA, 0, stream, Arrays.copyOf(body, 10));
            client.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, Arrays.copyOfRange(body, 10, body.length));
            assertThat(client.response(stream).status()).isEqualTo(204);
            int large = client.send(RawHttp2.block(RawHttp2.request("POST", ApiResource.CMCD.template())), 0);
            client.frame(RawHttp2.DATA, 0, large, new byte[RequestBody.LIMIT_BYTES]);
            client.frame(RawHttp2.DATA, 0, large, new byte[1]);
            assertThat(client.response(large).status()).isEqualTo(413);
            int next = client.get("/api/v1/ingest");
            assertThat(client.response(next).status()).isEqualTo(200);
        }
        assertThat(count(Outcome.ACCEPTED)).isEqualTo(1);
    }

    /** The client upgrades the connection with its first request, and waits until it may send the body of another. */
    @Test
    @Timeout(60)
    void permitsBodyOfReportOverHttp2() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + edge.port);
            assertThat(http.send(HttpRequest.newBuilder(uri.resolve("/api/v1/ingest")).build(),
                    HttpResponse.BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
            String body = (REPORT + "\n").repeat(60);
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(uri.resolve(ApiResource.CMCD.template()))
                                .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(204);
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            }
        }
    }

    @Test
    void bodyIsLimited() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            String fill = REPORT + ",x=\"";
            assertThat(post(client, fill + "y".repeat(RequestBody.LIMIT_BYTES - fill.length())).status())
                    .as("too long for a report, not for a body").isEqualTo(400);
            RawHttp.Response refused = post(client, "y".repeat(RequestBody.LIMIT_BYTES + 1));
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.headers()).containsEntry("connection", "close");
        }
        assertThat(edge.closed(HttpCloseReason.OVER_LIMIT)).isEqualTo(1);
        assertThat(edge.closed(HttpCloseReason.BODY)).isZero();
    }

    @Test
    void bodyThatDoesNotArriveIsGivenUp() throws Exception {
        try (var client = new RawHttp(edge.port)) {
            client.request("POST", ApiResource.CMCD.template(), "Content-Length: 100").send("sid");
            // The timers of the connection and of the held request. Its bytes are counted before it is held.
            Patience.await().until(() -> edge.clock.alarms() == 2);
            edge.clock.pass(Duration.ofMillis(Responder.HOLD_MS));
            RawHttp.Response response = client.read(false);
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.headers()).containsEntry("connection", "close");
        }
    }

    /** Its body is not read, so nothing of it is counted or waited for. */
    @Test
    void reportWithoutHostEndsItsConnection() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            client.send("POST " + ApiResource.CMCD.template()
                    + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
            RawHttp.Response response = client.read(false);
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.headers()).containsEntry("connection", "close");
        }
        assertThat(edge.closed(HttpCloseReason.BODY)).isEqualTo(1);
    }

    @Test
    void everyOtherBodyIsRefusedAsBefore() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            client.request("POST", "/api/v1/streams", "Content-Length: 1").send("x");
            assertThat(client.read(false).status()).isEqualTo(405);
        }
        assertThat(edge.closed(HttpCloseReason.BODY)).isEqualTo(1);
    }

    @Test
    void reportsMustBeWellFormedAndAboutAStreamThatExists() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            assertThat(post(client, "sid=\"planted").body()).contains("bad_report").doesNotContain("planted");
            assertThat(post(client, "sid=\"a\"").body()).contains("cid=");
            assertThat(post(client, "sid=\"a\",cid=\"live/planted\"").status()).isEqualTo(404);
            assertThat(post(client, "sid=\"a\",cid=\"../\"").status()).isEqualTo(404);
            assertThat(post(client, "").status()).isEqualTo(400);
        }
        assertThat(count(Outcome.NO_STREAM)).isEqualTo(2);
        assertThat(count(Outcome.ACCEPTED)).isZero();
    }

    @Test
    void excessIsRefusedWith429() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            int status = 204;
            int sent = 0;
            while (status == 204 && sent < 2_000) {
                status = post(client, (REPORT + "\n").repeat(CmcdEndpoint.REPORTS_LIMIT)).status();
                sent += CmcdEndpoint.REPORTS_LIMIT;
            }
            assertThat(status).isEqualTo(429);
        }
        try (var other = new RawHttp(edge.port, "127.0.0.2", 0)) {
            assertThat(post(other, REPORT).status()).isEqualTo(204);
        }
    }

    @Test
    void preflightAllowsPostToReportsOnly() throws IOException {
        try (var client = new RawHttp(edge.port)) {
            client.request("OPTIONS", ApiResource.CMCD.template(), "Origin: https://example.com");
            assertThat(client.read(false).headers().get("access-control-allow-methods")).contains("POST");
            client.request("OPTIONS", "/live/show.m3u8", "Origin: https://example.com");
            assertThat(client.read(false).headers()).hasEntrySatisfying("access-control-allow-methods",
                    methods -> assertThat(methods).doesNotContain("POST"))
                    .hasEntrySatisfying("access-control-allow-headers",
                            headers -> assertThat(headers).contains("CMCD-Session"));
        }
    }

    @Test
    void onlyThoseWhoMayPlayReport() throws Exception {
        var nobody = new AccessSettings(null, null, null, new AddressRules(Networks.parse("10.0.0.0/8"), Networks.NONE),
                null);
        try (var restricted = new RestrictedServer(nobody, ProxySources.NONE);
                HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + restricted.port + ApiResource.CMCD.template()))
                    .POST(HttpRequest.BodyPublishers.ofString("sid=\"a\",cid=\"live/cmaf\"")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(restricted.registry.get("millrace.cmcd.reports").tag("outcome", "accepted").counter().count())
                    .isZero();
        }
    }

    private static RawHttp.Response post(RawHttp client, String body) throws IOException {
        return client
                .request("POST", ApiResource.CMCD.template(), "Content-Type: application/cmcd",
                        "Content-Length: " + body.length())
                .send(body).read(false);
    }

    private double count(Outcome outcome) {
        return edge.registry.get("millrace.cmcd.reports").tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .counter().count();
    }
}
