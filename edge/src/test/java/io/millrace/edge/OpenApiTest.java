package io.millrace.edge;

import io.millrace.edge.http.ApiResourceTest;
import io.millrace.edge.http.OpenApi;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.admin.AdminAccess;
import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.admin.AdminServer;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.admin.ProcessMeters;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.stages.StagesResource;
import io.millrace.testkit.DocumentedApi;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The OpenAPI document and both ports of a running edge have the same operations, statuses and fields: neither side has
 * one that the other lacks.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class OpenApiTest {
    private static final String READ = "0123456789abcdef";
    private static final String ADMIN = "fedcba9876543210";
    private static final String STREAM = "/api/v1/streams/live/show";
    /** NodeApiTest in launcher compares these. */
    private static final Set<String> ELSEWHERE = Set.of("get /api/v1/settings");

    @TempDir
    private Path directory;
    private final DocumentedApi api;
    private TestEdge edge;
    private int adminPort;

    OpenApiTest() throws Exception {
        api = new DocumentedApi();
    }

    @Test
    void documentAndServerAreEqual(TestBroker broker) throws Exception {
        Path file = Files.writeString(directory.resolve("tokens"), "read " + READ + "\nadmin " + ADMIN);
        AtomicBoolean ready = new AtomicBoolean(true);
        try (var meters = new ProcessMeters("1", false);
                var access = AdminAccess.open(file);
                var admin = AdminServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        AdminNames.NONE, access, meters.registry(), ServerSockets.NONE_NAMED);
                var started = new TestEdge(broker.clients("openapi."))) {
            edge = started;
            adminPort = admin.address().getPort();
            edge.service.admin().forEach(admin::add);
            // In a process, the kicks belong to the node.
            edge.service.kicks().admin().forEach(admin::add);
            // As every process does.
            admin.add(OpenApi.load());
            admin.add(new StagesResource(edge.kafka(), "edge"));
            admin.addChecks(List.of(new HealthCheck("test", () -> ready.get()
                    ? HealthCheck.Status.up("ready")
                    : HealthCheck.Status.down("not ready"))));
            operationsAreDocumented(admin);
            try (var _ = new LiveStream(edge, "live/watched"); var log = edge.log("live/show")) {
                fill(log);
                everybody();
                operators();
            }
            ask("get /health/ready", adminPort, "/health/ready", Map.of(), 200);
            ready.set(false);
            ask("get /health/ready", adminPort, "/health/ready", Map.of(), 503);
        }
        restricted(broker);
        // PosterResourceTest has a stream with CMAF.
        assertThat(api.unseen(asked("http", "admin", "node"))).as("documented, but no answer had it")
                .containsExactly("get /api/v1/posters/{stream} 200");
    }

    /** Every operation of this edge's ports is documented, and every documented one is there. */
    private void operationsAreDocumented(AdminServer admin) {
        assertThat(admin.operations()).isEqualTo(asked("admin", "node"));
        assertThat(ApiResourceTest.operations()).isEqualTo(api.operations("http"));
    }

    private Set<String> asked(String... tags) {
        Set<String> asked = api.operations(tags);
        asked.removeAll(ELSEWHERE);
        return asked;
    }

    /** Streams and nodes whose descriptions have all fields, with and without values. */
    private void fill(LogWriter log) throws Exception {
        log.segment(17, 0, -1);
        StreamEntry plain = Records.entry("live/show", 17, StreamEntry.State.LIVE, Records.TRACKS, 0, 0);
        var session = new StreamEntry.NewestSession(17, 0, 0, Records.EPOCH_MS, Records.ENCODER, Records.TRACKS,
                List.of(new StreamEntry.Warning("long_gop", "keyframes are far apart")));
        log.write(Topic.STREAMS, new StreamEntry("live/show", 17, StreamEntry.State.LIVE, Records.CMAF_RULES,
                plain.span(), session, plain.playlist(), plain.sessions()));
        try (var over = edge.log("live/over")) {
            over.write(Topic.STREAMS, Records.entry("live/over", 18, StreamEntry.State.ENDED));
        }
        edge.awaitKnown("live/over");
        log.announce(new IngestNode("n1", new IngestNode.Address(null, 1935), null, false), Instant.now());
        TestEdge.await(() -> edge.get(STREAM).body().contains("long_gop"));
        TestEdge.await(() -> edge.get("/api/v1/ingest").body().contains("1935"));
    }

    /** The operations of the HTTP port, without restrictions. */
    private void everybody() throws Exception {
        int port = edge.service.port();
        ask("get /api/v1/openapi.json", port, "/api/v1/openapi.json", Map.of(), 200);
        ask("get /api/v1/streams", port, "/api/v1/streams", Map.of(), 200);
        ask("get /api/v1/streams", port, "/api/v1/streams?limit=0", Map.of(), 400);
        ask("get /api/v1/streams/{stream}", port, STREAM, Map.of(), 200);
        ask("get /api/v1/streams/{stream}", port, "/api/v1/streams/live%2Fshow", Map.of(), 200);
        ask("get /api/v1/streams/{stream}", port, "/api/v1/streams/live/none", Map.of(), 404);
        ask("get /api/v1/streams/{stream}/sessions", port, STREAM + "/sessions", Map.of(), 200);
        ask("get /api/v1/streams/{stream}/sessions", port, STREAM + "/sessions?limit=x", Map.of(), 400);
        ask("get /api/v1/streams/{stream}/sessions", port, "/api/v1/streams/live/none/sessions", Map.of(), 404);
        ask("get /api/v1/ingest", port, "/api/v1/ingest", Map.of(), 200);
        reports(port);
        ask("get /api/v1/time", port, "/api/v1/time", Map.of(), 200);
        ask("get /api/v1/access", port, "/api/v1/access", Map.of("X-Original-URI", "/live/show.m3u8"), 204);
        ask("get /api/v1/access", port, "/api/v1/access", Map.of(), 400);
        for (String operation : api.operations("http")) {
            HttpRequest post = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port
                    + operation.substring(operation.indexOf(' ') + 1).replace("{stream}", "live/show")))
                    .DELETE().build();
            assertThat(edge.http.send(post, HttpResponse.BodyHandlers.discarding()).statusCode()).as(operation)
                    .isEqualTo(405);
        }
        String operatorsOnly = "/api/v1/viewers";
        assertThat(edge.get(operatorsOnly).statusCode()).as("only on the admin port").isEqualTo(404);
    }

    private void reports(int port) throws Exception {
        String report = "sid=\"1\",cid=\"live/show\"";
        String other = "sid=\"1\",cid=\"live/none\"";
        String path = "/api/v1/cmcd";
        ask("get /api/v1/cmcd", port, path + "?CMCD=" + URLEncoder.encode(report, UTF_8), Map.of(), 204);
        ask("get /api/v1/cmcd", port, path, Map.of(), 400);
        ask("get /api/v1/cmcd", port, path + "?CMCD=" + URLEncoder.encode(other, UTF_8), Map.of(), 404);
        ask("post /api/v1/cmcd", port, path, Map.of(), report, 204);
        ask("post /api/v1/cmcd", port, path, Map.of(), "sid=\"1\"", 400);
        ask("post /api/v1/cmcd", port, path, Map.of(), other, 404);
    }

    private void operators() throws Exception {
        Map<String, String> read = bearer(READ);
        Map<String, String> admin = bearer(ADMIN);
        try (var one = edge.flv("/live/watched.flv"); var two = edge.flv("/live/watched.flv")) {
            one.next();
            two.next();
            String viewers = ask("get /api/v1/viewers", adminPort, "/api/v1/viewers", read, 200);
            String id = viewers.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
            ask("get /api/v1/viewers", adminPort, "/api/v1/viewers?limit=x", read, 400);
            ask("get /api/v1/viewers", adminPort, "/api/v1/viewers", Map.of(), 401);
            ask("get /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/" + id, read, 200);
            ask("get /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/" + id, Map.of(), 401);
            ask("get /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/none", read, 404);
            ask("delete /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/" + id, Map.of(), 401);
            ask("delete /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/" + id, read, 403);
            ask("delete /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/" + id, admin, 204);
            ask("delete /api/v1/viewers/{viewer}", adminPort, "/api/v1/viewers/none", admin, 404);
            ask("delete /api/v1/viewers", adminPort, "/api/v1/viewers?stream=live/watched", Map.of(), 401);
            ask("delete /api/v1/viewers", adminPort, "/api/v1/viewers?stream=live/watched", read, 403);
            ask("delete /api/v1/viewers", adminPort, "/api/v1/viewers", admin, 400);
            ask("delete /api/v1/viewers", adminPort, "/api/v1/viewers?stream=live/watched", admin, 200);
        }
        kicks(read, admin);
        ask("get /api/v1/openapi.json", adminPort, "/api/v1/openapi.json", read, 200);
        ask("get /api/v1/openapi.json", adminPort, "/api/v1/openapi.json", Map.of(), 401);
        ask("get /api/v1/streams", adminPort, "/api/v1/streams", read, 200);
        ask("get /api/v1/streams", adminPort, "/api/v1/streams", Map.of(), 401);
        ask("get /api/v1/streams/{stream}", adminPort, STREAM, read, 200);
        ask("get /api/v1/streams/{stream}", adminPort, "/api/v1/streams/live%2Fshow", read, 200);
        ask("get /api/v1/streams/{stream}", adminPort, STREAM, Map.of(), 401);
        ask("get /api/v1/streams/{stream}/sessions", adminPort, STREAM + "/sessions", read, 200);
        ask("get /api/v1/streams/{stream}/sessions", adminPort, STREAM + "/sessions", Map.of(), 401);
        ask("get /api/v1/streams/{stream}/audience", adminPort, STREAM + "/audience", read, 200);
        ask("get /api/v1/streams/{stream}/audience", adminPort, STREAM + "/audience", Map.of(), 401);
        for (String resource : List.of("newest", "posters")) {
            String operation = "get /api/v1/" + resource + "/{stream}";
            ask(operation, adminPort, "/api/v1/" + resource + "/live/none", read, 404);
            ask(operation, adminPort, "/api/v1/" + resource + "/live/show", Map.of(), 401);
        }
        ask("get /api/v1/newest/{stream}", adminPort, "/api/v1/newest/live/show", read, 200);
        takedown(read, admin);
        cues(read, admin);
        others(read);
        ask("get /metrics", adminPort, "/metrics", Map.of(), 200);
        ask("get /health/live", adminPort, "/health/live", Map.of(), 200);
    }

    /** The cluster, and the forms of other servers. */
    private void others(Map<String, String> read) throws Exception {
        ask("get /api/v1/stages", adminPort, "/api/v1/stages", read, 200);
        ask("get /stat", adminPort, "/stat", read, 200);
        ask("get /srs/api/v1/streams", adminPort, "/srs/api/v1/streams/", read, 200);
        ask("get /srs/api/v1/streams", adminPort, "/srs/api/v1/streams?count=x", read, 400);
        ask("get /srs/api/v1/clients", adminPort, "/srs/api/v1/clients/?count=1000", read, 200);
        ask("get /srs/api/v1/clients", adminPort, "/srs/api/v1/clients?start=-1", read, 400);
        for (String path : List.of("/api/v1/stages", "/stat", "/srs/api/v1/streams", "/srs/api/v1/clients")) {
            ask("get " + path, adminPort, path, Map.of(), 401);
        }
    }

    private void kicks(Map<String, String> read, Map<String, String> admin) throws Exception {
        String publishers = "delete /api/v1/publishers/{stream}";
        ask(publishers, adminPort, "/api/v1/publishers/live/kick?seconds=60", admin, 204);
        ask(publishers, adminPort, "/api/v1/publishers/live/kick?seconds=x", admin, 400);
        ask(publishers, adminPort, "/api/v1/publishers/live/kick", Map.of(), 401);
        ask(publishers, adminPort, "/api/v1/publishers/live/kick", read, 403);
        ask("post /api/v1/kicks", adminPort, "/api/v1/kicks?subject=user%207&seconds=60", admin, 204);
        ask("post /api/v1/kicks", adminPort, "/api/v1/kicks?subject=user%207", admin, 400);
        ask("post /api/v1/kicks", adminPort, "/api/v1/kicks?subject=user%207", Map.of(), 401);
        ask("post /api/v1/kicks", adminPort, "/api/v1/kicks?subject=user%207", read, 403);
        ask("get /api/v1/kicks", adminPort, "/api/v1/kicks", Map.of(), 401);
        ask("get /api/v1/kicks", adminPort, "/api/v1/kicks?limit=x", read, 400);
        TestEdge.await(
                () -> ask("get /api/v1/kicks", adminPort, "/api/v1/kicks?limit=1", read, 200).contains("next\":\""));
        ask("get /api/v1/kicks", adminPort, "/api/v1/kicks", read, 200);
        ask("delete /api/v1/kicks", adminPort, "/api/v1/kicks?stream=live/kick", Map.of(), 401);
        ask("delete /api/v1/kicks", adminPort, "/api/v1/kicks?stream=live/kick", read, 403);
        ask("delete /api/v1/kicks", adminPort, "/api/v1/kicks", admin, 400);
        ask("delete /api/v1/kicks", adminPort, "/api/v1/kicks?stream=live/kick", admin, 204);
        ask("delete /api/v1/kicks", adminPort, "/api/v1/kicks?stream=live/none", admin, 404);
    }

    private void takedown(Map<String, String> read, Map<String, String> admin) throws Exception {
        String operation = "delete /api/v1/streams/{stream}/past";
        ask(operation, adminPort, STREAM + "/past", Map.of(), 401);
        ask(operation, adminPort, STREAM + "/past", read, 403);
        ask(operation, adminPort, STREAM + "/past?epoch=x", admin, 400);
        ask(operation, adminPort, "/api/v1/streams/live/none/past", admin, 404);
        ask(operation, adminPort, STREAM + "/past", admin, 200);
    }

    private void cues(Map<String, String> read, Map<String, String> admin) throws Exception {
        String operation = "post /api/v1/streams/{stream}/cues";
        ask(operation, adminPort, STREAM + "/cues?id=a", Map.of(), 401);
        ask(operation, adminPort, STREAM + "/cues?id=a", read, 403);
        assertThat(ask(operation, adminPort, STREAM + "/cues?id=a&duration=soon", admin, 400))
                .contains("bad_parameter", "duration must be seconds");
        ask(operation, adminPort, "/api/v1/streams/live/none/cues?id=a", admin, 404);
        ask(operation, adminPort, "/api/v1/streams/live/over/cues?id=a", admin, 409);
        assertThat(ask(operation, adminPort, STREAM + "/cues?id=a&X-A=1", admin, 202)).isEqualTo("{\"id\":\"a\"}");
    }

    /** What only an edge that restricts access answers. */
    private void restricted(TestBroker broker) throws Exception {
        try (var closed = new TestEdge(broker.clients("openapi."), _ -> CompletableFuture.completedFuture(
                new AccessDecision.Refused(AccessReason.NO_CREDENTIALS, "no")), "")) {
            edge = closed;
            int port = closed.service.port();
            ask("get /api/v1/streams", port, "/api/v1/streams", Map.of(), 403);
            ask("get /api/v1/streams/{stream}", port, STREAM, Map.of(), 401);
            ask("get /api/v1/streams/{stream}/sessions", port, STREAM + "/sessions", Map.of(), 401);
            ask("get /api/v1/access", port, "/api/v1/access", Map.of("X-Original-URI", "/live/show.m3u8"), 401);
            ask("get /api/v1/access", port, "/api/v1/access", Map.of("X-Original-URI", "/strange"), 403);
        }
    }

    private static Map<String, String> bearer(String token) {
        return Map.of("Authorization", "Bearer " + token);
    }

    private String ask(String operation, int port, String path, Map<String, String> headers, int status)
            throws Exception {
        return ask(operation, port, path, headers, "", status);
    }

    /** Sends a request, and compares the answer with the document. Returns the body. */
    private String ask(String operation, int port, String path, Map<String, String> headers, String body, int status)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(operation.substring(0, operation.indexOf(' ')).toUpperCase(Locale.ROOT),
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        HttpResponse<String> answer = edge.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(operation + " " + answer.body()).isEqualTo(status);
        assertThat(api.faults(operation, status, answer.headers().firstValue("Content-Type").orElse(""),
                answer.body())).isEmpty();
        return answer.body();
    }
}
