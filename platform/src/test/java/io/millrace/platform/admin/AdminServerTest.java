package io.millrace.platform.admin;

import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.HealthCheck.Status;
import io.millrace.platform.net.ServerSockets;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdminServerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static final String LIVE = "GET /health/live HTTP/1.1";

    private final HttpClient client = HttpClient.newHttpClient();
    private ProcessMeters meters;
    private AdminServer admin;

    @BeforeEach
    void start() throws IOException {
        meters = new ProcessMeters("1.2.3", true);
        admin = AdminServer.start(ANY, meters.registry());
    }

    @AfterEach
    void stop() {
        client.close();
        admin.close();
        meters.close();
    }

    @Test
    void readinessRunsItsChecksPerRequest() throws Exception {
        AtomicReference<Status> kafka = new AtomicReference<>(Status.down("no broker answers"));
        admin.addChecks(List.of(new HealthCheck("kafka", kafka::get)));
        HttpResponse<String> down = get("/health/ready");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body()).isEqualTo(
                "{\"status\":\"down\",\"checks\":[{\"name\":\"kafka\",\"status\":\"down\",\"detail\":\"no broker answers\"}]}");
        kafka.set(Status.up("3 brokers"));
        HttpResponse<String> up = get("/health/ready");
        assertThat(up.statusCode()).isEqualTo(200);
        assertThat(up.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(up.body()).isEqualTo(
                "{\"status\":\"up\",\"checks\":[{\"name\":\"kafka\",\"status\":\"up\",\"detail\":\"3 brokers\"}]}");
    }

    @Test
    void servesFilesAndResourcesThatAreNotJson() throws Exception {
        admin.add(new AdminFiles("/console/", "default-src 'none'",
                Map.of("", new AdminFile("text/html", "<p>".getBytes(StandardCharsets.UTF_8)))));
        admin.add(() -> List.of(
                AdminRoute.get("/poster", _ -> Answer.of(new AdminFile("video/mp4", new byte[]{1, 2})))));
        HttpResponse<String> page = get("/console/");
        assertThat(page.body()).isEqualTo("<p>");
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(get("/console").statusCode()).isEqualTo(301);
        assertThat(get("/consoles").statusCode()).isEqualTo(404);
        HttpResponse<String> poster = get("/poster");
        assertThat(poster.body()).isEqualTo("\u0001\u0002");
        assertThat(poster.headers().firstValue("Content-Type")).contains("video/mp4");
        assertThat(poster.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void failingCheckAffectsOnlyReadiness() throws Exception {
        admin.addChecks(List.of(new HealthCheck("odd", () -> {
            throw new IllegalStateException("bug");
        })));
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body()).contains("bug");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/live").body()).isEqualTo("{\"status\":\"up\",\"checks\":[]}");
    }

    @Test
    void metricsIncludeJvm() throws Exception {
        meters.registry().counter("millrace.ingest.packets", "kind", "video").increment(3);
        HttpResponse<String> scraped = get("/metrics");
        assertThat(scraped.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        assertThat(scraped.body()).contains("millrace_ingest_packets_total{kind=\"video\"} 3.0")
                .contains("jvm_memory_used_bytes{").contains("process_uptime_seconds ").contains("process_files_open");
    }

    @Test
    void rejectsOtherPathsAndMethods() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/metrics/x").statusCode()).isEqualTo(404);
        HttpResponse<String> posted = client.send(
                HttpRequest.newBuilder(uri("/metrics")).POST(HttpRequest.BodyPublishers.noBody()).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).contains("GET, HEAD");
        HttpResponse<String> head = client.send(HttpRequest.newBuilder(uri("/health/live")).HEAD().build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("27");
    }

    @Test
    void servesAddedResources() throws Exception {
        admin.add(() -> List.of(AdminRoute.get("/api/v1/things", request -> answer("all", request)),
                AdminRoute.get("/api/v1/things/{thing}", request -> answer("one", request)),
                AdminRoute.delete("/api/v1/things/{thing}", _ -> new Answer(204, null))));
        assertThat(get("/api/v1/things/7?a=live%2Fshow&a=2&b").body()).isEqualTo("\"one 7 live/show\"");
        assertThat(get("/api/v1/things").body()).isEqualTo("\"all  null\"");
        assertThat(get("/api/v1/things/").body()).isEqualTo("\"all  null\"");
        assertThat(get("/api/v1/thingsandmore").statusCode()).isEqualTo(404);
        HttpResponse<String> deleted = client.send(HttpRequest.newBuilder(uri("/api/v1/things/7")).DELETE().build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(deleted.statusCode()).isEqualTo(204);
        HttpResponse<String> asked = client.send(HttpRequest.newBuilder(uri("/api/v1/things/7"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(asked.statusCode()).as("a foreign page must not").isEqualTo(405);
        assertThat(asked.headers().firstValue("Allow")).contains("GET, HEAD, DELETE");
        assertThat(admin.operations()).containsExactly("delete /api/v1/things/{thing}", "get /api/v1/things",
                "get /api/v1/things/{thing}", "get /health/live", "get /health/ready", "get /metrics");
    }

    @Test
    void passesBodiesUpToLimit() throws Exception {
        admin.add(() -> List.of(AdminRoute.put("/api/v1/things/{thing}",
                request -> new Answer(200, Integer.toString(request.body().length())))));
        assertThat(put("x".repeat(AdminServer.BODY_BYTES)).body()).isEqualTo(Integer.toString(AdminServer.BODY_BYTES));
        assertThat(put("x".repeat(AdminServer.BODY_BYTES + 1)).statusCode()).isEqualTo(413);
        assertThat(put("").body()).isEqualTo("0");
    }

    private HttpResponse<String> put(String body) throws Exception {
        return client.send(HttpRequest.newBuilder(uri("/api/v1/things/7"))
                .PUT(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Answer answer(String which, AdminResource.Request request) {
        return new Answer(200, "\"" + which + " " + request.named() + " " + request.query().get("a") + "\"");
    }

    @Test
    void portInUseIsBindException() {
        assertThatThrownBy(() -> AdminServer.start(admin.address(), meters.registry()))
                .isInstanceOf(BindException.class);
    }

    /** The role decides about resources; metrics and health need no token. */
    @Test
    void resourcesNeedRole() throws Exception {
        AdminAccess access = AdminAccess.of(AdminTokens.parse("read 0123456789abcdef\nadmin fedcba9876543210"));
        try (AdminServer restricted = AdminServer.start(ANY, AdminNames.NONE, access, meters.registry(),
                ServerSockets.NONE_NAMED)) {
            restricted.add(new Thing());
            List<String[]> refused = List.of(new String[]{"GET", "", "401", "credentials_required"},
                    new String[]{"GET", "Bearer 0123456789abcdeX", "401", "credentials_invalid"},
                    new String[]{"GET", "Basic 0123456789abcdef", "401", "credentials_invalid"},
                    new String[]{"DELETE", "", "401", "credentials_required"},
                    new String[]{"DELETE", "Bearer 0123456789abcdef", "403", "role_required"});
            for (String[] each : refused) {
                HttpResponse<String> answer = thing(restricted, each[0], each[1]);
                assertThat(answer.statusCode()).as(String.join(" ", each)).isEqualTo(Integer.parseInt(each[2]));
                assertThat(answer.body()).contains("\"code\":\"" + each[3] + "\"").doesNotContain("0123456789abcde");
                assertThat(answer.headers().firstValue("WWW-Authenticate").isPresent())
                        .isEqualTo(each[2].equals("401"));
            }
            for (String[] each : List.of(new String[]{"GET", "Bearer 0123456789abcdef"},
                    new String[]{"GET", "bearer fedcba9876543210"},
                    new String[]{"DELETE", "Bearer fedcba9876543210"})) {
                assertThat(thing(restricted, each[0], each[1]).statusCode()).isEqualTo(200);
            }
            for (String open : List.of("/metrics", "/health/live", "/health/ready")) {
                assertThat(client.send(HttpRequest.newBuilder(uri(restricted, open)).build(),
                        HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void rejectsForeignOrigin() throws Exception {
        admin.add(new Thing());
        int port = admin.address().getPort();
        for (String origin : List.of("https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1")) {
            for (String path : List.of("/api/v1/things", "/metrics")) {
                assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nOrigin: " + origin
                        + "\r\n\r\n")).as(origin).startsWith("HTTP/1.1 403 ").contains("foreign_origin");
            }
        }
        for (String scheme : List.of("http", "https")) {
            assertThat(raw("DELETE /api/v1/things HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nOrigin: " + scheme
                    + "://127.0.0.1:" + port + "\r\n\r\n")).as("its own page").startsWith("HTTP/1.1 200 ");
        }
    }

    private HttpResponse<String> thing(AdminServer of, String method, String authorization) throws Exception {
        var request = HttpRequest.newBuilder(uri(of, "/api/v1/things")).method(method,
                HttpRequest.BodyPublishers.noBody());
        return client.send(authorization.isEmpty()
                ? request.build()
                : request.header("Authorization", authorization).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(AdminServer of, String path) {
        return URI.create("http://127.0.0.1:" + of.address().getPort() + path);
    }

    private static final class Thing implements AdminResource {
        @Override
        public List<AdminRoute> routes() {
            return List.of(AdminRoute.get("/api/v1/things", _ -> new Answer(200, "{}")),
                    AdminRoute.delete("/api/v1/things", _ -> new Answer(200, "{}")));
        }
    }

    /** With DNS rebinding, a page of a foreign site sends requests under that site's name. */
    @Test
    void rejectsForeignHost() throws Exception {
        admin.add(() -> List.of(AdminRoute.delete("/api/v1/things", _ -> {
            throw new AssertionError("nobody asked for it");
        })));
        assertThat(raw("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n")).startsWith("HTTP/1.1 421 ")
                .contains("--admin-names");
        assertThat(raw("DELETE /api/v1/things HTTP/1.1\r\nHost: evil.example:8081\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(raw("GET /health/live HTTP/1.1\r\nHost: localhost:1\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(raw("GET /health/live HTTP/1.0\r\n\r\n")).as("HTTP/1.0 without Host").startsWith("HTTP/1.1 200 ");
    }

    /** The JDK's limit, see docs/reference.md. */
    @Test
    void limitsNumberOfHeaders() {
        assertThat(answer(IntStream.range(1, 200).mapToObj(i -> "a" + i + ": b\r\n").collect(Collectors.joining())))
                .startsWith("HTTP/1.1 200 ");
        assertThat(answer(IntStream.range(1, 201).mapToObj(i -> "a" + i + ": b\r\n").collect(Collectors.joining())))
                .doesNotContain("200 OK");
    }

    /** The JDK's limit, which counts 32 bytes more for the request line and 33 for each header. */
    @Test
    void limitsSizeOfHeaders() {
        int longest = 380 * 1024 - (LIVE.length() + 32) - ("Host: localhost".length() + 33) - ("a: ".length() + 33);
        assertThat(answer("a: " + "b".repeat(longest) + "\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(answer("a: " + "b".repeat(longest + 1) + "\r\n")).doesNotContain("200 OK");
    }

    /** Returns the answer to a request with these headers; "closed" without one. */
    private String answer(String headers) {
        try {
            return raw(LIVE + "\r\nHost: localhost\r\n" + headers + "\r\n");
        } catch (IOException _) {
            return "closed";
        }
    }

    /** The limit applies to the whole process, so the test waits as long as the limit, for all requests at once. */
    @Tag("slow")
    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void incompleteRequestTimesOut() {
        List<CompletableFuture<String>> waiting = Stream.of("G", "GET /health/live HTTP/1.1\r\nHost: local",
                "POST /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
                .map(half -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return raw(half);
                    } catch (IOException e) {
                        return "closed";
                    }
                }, task -> Thread.ofVirtual().start(task))).toList();
        assertThat(waiting).allSatisfy(each -> assertThat(each.join()).doesNotContain("200 OK"));
    }

    /** Returns what arrives until the server closes, or one response. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), admin.address().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            if (request.endsWith("\r\n\r\n")) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + admin.address().getPort() + path);
    }
}
