package io.millrace.launcher;

import com.sun.net.httpserver.HttpServer;
import io.millrace.launcher.settings.LayeredDefaults;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.testkit.DocumentedApi;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.OwnLoopback;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.millrace.tools.push.PushJob;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process with all stages has exactly the operations of the OpenAPI document, and those that are not of an edge alone
 * answer as documented. OpenApiTest in edge compares the others. No answer and no line of the log has a secret.
 */
@SlowTest
@Timeout(600)
@ExtendWith(SharedBroker.class)
class NodeApiTest {
    private static final String SECRET = "pl4nted-s3cret-0123456789";
    private static final String TOKEN = "read-token-" + SECRET;
    private static final String ADMIN = "admin-token-" + SECRET;

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();
    private final LogCapture log = LogCapture.ofPackages("io.millrace");
    private final DocumentedApi api;
    private int adminPort;
    private volatile boolean mended;

    NodeApiTest() throws Exception {
        api = new DocumentedApi();
    }

    @Test
    void processWithAllStagesHasDocumentedApi(TestBroker broker) throws Exception {
        HttpServer receiver = receiver();
        int rtmpPort = OwnLoopback.nextPort();
        String rtmp = "rtmp://" + OwnLoopback.ADDRESS + ":" + rtmpPort;
        ProcessLife[] life = new ProcessLife[1];
        CompletableFuture<Node> started = new CompletableFuture<>();
        Thread process = Thread.ofPlatform().name("node").start(() -> {
            try {
                ProcessLife.run(each -> {
                    life[0] = each;
                    started.complete(start(each, List.of("up", "--kafka", broker.bootstrap(), "--topic-prefix",
                            "node-api.", "--partitions", "2", "--data-dir", dir.toString(), "--host",
                            OwnLoopback.ADDRESS, "--rtmp-port", Integer.toString(rtmpPort), "--http-port", "0",
                            "--admin-port", "0", "--admin-tokens", file("tokens", "read " + TOKEN + "\nadmin " + ADMIN),
                            "--relays", relays(rtmp), "--webhooks", webhooks(receiver), "--config",
                            file("millrace.yaml", "segment: 2s\nkafka-client:\n  ssl.key.password: " + SECRET))));
                });
            } catch (Exception e) {
                started.completeExceptionally(e);
            }
        });
        Thread encoder = null;
        try {
            Node node = started.get();
            assertThat(node.operations()).isEqualTo(api.operations("admin", "node", "relay", "webhooks"));
            encoder = publish(rtmp + "/live/show");
            Patience.await().until(() -> json("/api/v1/relays").at("/relays/0/position/offset").isIntegralNumber());
            Patience.await().until(() -> json("/api/v1/webhooks/strict/dead-letters").at("/deadLetters/0").isObject());
            Patience.await().until(() -> json("/api/v1/webhooks").at("/webhooks/0/last").isObject());
            relaysChange(rtmp);
            judge("get /api/v1/relays", "/api/v1/relays");
            judge("get /api/v1/webhooks", "/api/v1/webhooks");
            judge("get /api/v1/webhooks/{webhook}/dead-letters", "/api/v1/webhooks/strict/dead-letters");
            ask("get /api/v1/webhooks/{webhook}/dead-letters", "/api/v1/webhooks/none/dead-letters", TOKEN, 404);
            redeliver();
            judge("get /api/v1/settings", "/api/v1/settings");
            Set<String> asked = api.operations("relay", "webhooks");
            asked.add("get /api/v1/settings");
            assertThat(api.unseen(asked)).as("documented, but no answer had it").isEmpty();
            stagesRun();
            onlyItsTopicHasSecret(broker);
            for (String path : List.of("/api/v1/streams", "/api/v1/viewers", "/stat", "/srs/api/v1/streams",
                    "/srs/api/v1/clients", "/metrics")) {
                ask("get " + path, path, TOKEN, 200);
            }
        } finally {
            if (encoder != null) {
                encoder.interrupt();
                encoder.join();
            }
            if (life[0] != null) {
                life[0].finish();
            }
            process.join();
            receiver.stop(0);
            http.close();
            log.close();
        }
        assertThat(log.lines()).anyMatch(line -> line.contains("webhook strict: event live/show#"))
                .noneMatch(line -> line.contains(SECRET.substring(0, 12)));
    }

    /** Sends dead letters again, which the target accepts now. */
    private void redeliver() throws Exception {
        String operation = "post /api/v1/webhooks/{webhook}/dead-letters/redeliver";
        String path = "/api/v1/webhooks/strict/dead-letters/redeliver";
        ask(operation, path + "?all=true", TOKEN, 403);
        ask(operation, path + "?all=true", "", 401);
        mended = true;
        ask(operation, path + "?all=true", ADMIN, 202);
        Patience.await().until(() -> json("/api/v1/webhooks/strict/dead-letters").at("/deadLetters").valueStream()
                .anyMatch(letter -> letter.at("/redelivery/state").asString("").equals("accepted")));
        judge("get /api/v1/webhooks/{webhook}/dead-letters", "/api/v1/webhooks/strict/dead-letters");
        ask(operation, path, ADMIN, 400);
        ask(operation, path + "?event=none", ADMIN, 404);
    }

    /** Relays of the API, whose targets have stream keys. */
    private void relaysChange(String rtmp) throws Exception {
        String path = "/api/v1/relays/more";
        String operation = " /api/v1/relays/{relay}";
        String body = "{\"streams\":\"live/*\",\"target\":\"" + rtmp + "/more/{name}?key=" + SECRET + "\"}";
        ask("post" + operation, path, ADMIN, body, 201);
        ask("post" + operation, path, ADMIN, body, 409);
        ask("put" + operation, path, ADMIN, body.replace("{name}", "x"), 400);
        ask("put" + operation, path, ADMIN, body.replace("\"}", "\",\"from\":\"live\"}"), 200);
        Patience.await().until(() -> json("/api/v1/relays").toString()
                .matches(".*\"name\":\"more\",\"stream\":\"live/show\",[^{}]*\"state\":\"sending\".*"));
        judge("get" + operation, path);
        ask("get" + operation, "/api/v1/relays/none", TOKEN, 404);
        for (String method : List.of("post", "put", "delete")) {
            ask(method + operation, path, "", body, 401);
            ask(method + operation, path, TOKEN, body, 403);
        }
        ask("post" + operation, path, ADMIN, "{\"target\":\"" + SECRET + "\"}", 400);
        ask("put" + operation, "/api/v1/relays/copies", ADMIN, body, 409);
        ask("delete" + operation, "/api/v1/relays/copies", ADMIN, "", 409);
        ask("post" + operation, "/api/v1/relays/brief", ADMIN, body.replace("/more/", "/brief/"), 201);
        Patience.await().until(() -> json("/api/v1/relays").toString().contains("\"name\":\"brief\",\"stream\""));
        ask("delete" + operation, "/api/v1/relays/brief", ADMIN, "", 204);
        ask("delete" + operation, "/api/v1/relays/brief", ADMIN, "", 404);
        Patience.await().until(() -> !json("/api/v1/relays").toString().contains("brief"));
    }

    /** Searches all records for the secret, which the relays of the API contain and nothing else. */
    private static void onlyItsTopicHasSecret(TestBroker broker) {
        KafkaClients kafka = broker.clients("node-api.");
        Set<String> found = new TreeSet<>();
        try (var consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = Stream.of(Topic.values())
                    .flatMap(topic -> IntStream.range(0, 2).mapToObj(p -> kafka.partition(topic, p))).toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.value() != null && new String(record.value(), StandardCharsets.ISO_8859_1)
                            .contains(SECRET.substring(0, 12))) {
                        found.add(record.topic());
                    }
                });
            }
        }
        assertThat(found).containsExactly(kafka.settings().topic(Topic.RELAY_RULES));
    }

    /** All stages run here, so all groups have members. */
    private void stagesRun() throws Exception {
        judge("get /api/v1/stages", "/api/v1/stages");
        Patience.await().untilAsserted(() -> {
            JsonNode stages = json("/api/v1/stages");
            assertThat(stages.get("stages").findValuesAsString("stage")).containsExactly("ingest", "segmenter",
                    "packager", "relay", "webhooks", "webhooks");
            assertThat(stages.get("stages").findValuesAsString("state")).containsOnly("stable");
            assertThat(stages.get("stages").findValuesAsString("members")).doesNotContain("0");
            assertThat(stages.at("/stages/1/lag").isObject()).isTrue();
            assertThat(stages.at("/stages/3/lag").isNull()).as("relays commit no positions").isTrue();
            assertThat(stages.get("ingest").findValuesAsString("state")).containsExactly("accepting");
            assertThat(stages.get("edges").findValuesAsString("node"))
                    .isEqualTo(stages.get("ingest").findValuesAsString("node"));
        });
    }

    private Node start(ProcessLife life, List<String> arguments) throws Exception {
        var commands = CommandLines.all();
        LayeredDefaults.install(commands, arguments, Map.of());
        var parsed = commands.parseArgs(arguments.toArray(String[]::new)).subcommand();
        var options = ((ServeCommand) parsed.commandSpec().userObject()).options();
        options.check();
        var live = life.opened(LiveSettings.open(parsed.commandSpec(), options.rules()));
        Node node = new Node(life, options, live);
        adminPort = URI.create(node.start(Serving.UP).localUrl(ReadyLine.Part.ADMIN)).getPort();
        return node;
    }

    private String file(String name, String content) throws Exception {
        return Files.writeString(dir.resolve(name), content).toString();
    }

    private String relays(String rtmp) throws Exception {
        return file("relays.yaml", """
                relays:
                  - name: copies
                    streams: live/*
                    target: %s/copy/{name}?key=%s
                """.formatted(rtmp, SECRET));
    }

    private String webhooks(HttpServer receiver) throws Exception {
        return file("webhooks.yaml", """
                webhooks:
                  - name: good
                    url: http://127.0.0.1:%1$d/good?token=%2$s
                  - name: strict
                    url: http://127.0.0.1:%1$d/strict/%2$s
                """.formatted(receiver.getAddress().getPort(), SECRET));
    }

    /** Accepts the events of one webhook, and rejects those of the other until it is mended. */
    private HttpServer receiver() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                boolean isGood = mended || exchange.getRequestURI().getPath().equals("/good");
                exchange.sendResponseHeaders(isGood ? 204 : 400, -1);
            }
        });
        server.start();
        return server;
    }

    /** Publishes the demo clip, again if it is disconnected. */
    private static Thread publish(String url) {
        return Thread.ofVirtual().name("encoder").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    PushJob.demo(URI.create(url), (_, _) -> {}).run();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                } catch (UserError _) {
                    LockSupport.parkNanos(100_000_000);
                }
            }
        });
    }

    /** Sends a request with and without a token. */
    private void judge(String operation, String path) throws Exception {
        ask(operation, path, TOKEN, 200);
        ask(operation, path, "", 401);
    }

    private JsonNode json(String path) throws Exception {
        return JsonMapper.builder().build().readTree(send(path, TOKEN).body());
    }

    private void ask(String operation, String path, String token, int status) throws Exception {
        ask(operation, path, token, "", status);
    }

    private void ask(String operation, String path, String token, String body, int status) throws Exception {
        HttpResponse<String> answer = send(operation.substring(0, operation.indexOf(' ')), path, token, body);
        assertThat(answer.statusCode()).as(operation + " " + answer.body()).isEqualTo(status);
        assertThat(api.faults(operation, status, answer.headers().firstValue("Content-Type").orElse(""),
                answer.body())).isEmpty();
        assertThat(answer.body()).as(operation).doesNotContain(SECRET.substring(0, 12));
    }

    private HttpResponse<String> send(String path, String token) throws Exception {
        return send("get", path, token, "");
    }

    private HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path)).method(
                method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.ofString(body));
        return http.send((token.isEmpty() ? request : request.header("Authorization", "Bearer " + token)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
