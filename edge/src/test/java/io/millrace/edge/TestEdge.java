package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.edge.http.LimitClock;
import io.millrace.edge.http.ManualClock;
import io.millrace.edge.players.AudienceFeed;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.Patience;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.WebSocketFlvViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/** A complete edge on a real broker, and its HTTP client. Tests write the records of the other stages. */
final class TestEdge implements AutoCloseable {
    interface Condition {
        boolean holds() throws Exception;
    }

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    /** The clock of the service's limits. */
    final ManualClock clock = new ManualClock();
    final EdgeService service;
    final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final KafkaClients kafka;
    private final AccessPolicy access;
    private final Duration audience;
    /** The query with which the API may be asked about every stream; empty if nobody needs credentials. */
    private final String credentials;

    TestEdge(KafkaClients kafka) {
        this(kafka, AccessPolicy.ALLOW_ALL, "");
    }

    TestEdge(KafkaClients kafka, AccessPolicy access, String credentials) {
        this(kafka, access, credentials, AudienceFeed.INTERVAL);
    }

    /** @param audience how often the edge writes what its viewers experience */
    TestEdge(KafkaClients kafka, Duration audience) {
        this(kafka, AccessPolicy.ALLOW_ALL, "", audience);
    }

    private TestEdge(KafkaClients kafka, AccessPolicy access, String credentials, Duration audience) {
        this.kafka = kafka;
        this.audience = audience;
        this.access = access;
        this.credentials = credentials;
        service = start("edge-1", registry, clock);
    }

    /** Starts another edge on the same log, which the caller closes. */
    EdgeService another() {
        return start("edge-2", new SimpleMeterRegistry(), new ManualClock());
    }

    /** Starts another edge with this limit for peers that do not read. */
    EdgeService impatient(Duration blocked) {
        HttpLimits http = HttpLimits.DEFAULT;
        return start(EdgeSettings.of("127.0.0.1", 0, "edge-3").withRtmp(PatientRtmp.listen(blocked))
                .withHttp(new HttpLimits(Patience.TIME, Patience.TIME, blocked, http.connections(), http.perAddress(),
                        http.lineBytes(), http.headersBytes(), http.headerCount()), ProxySources.NONE,
                        FamiliarUrls.NONE),
                new SimpleMeterRegistry(), LimitClock.SYSTEM);
    }

    private EdgeService start(String node, SimpleMeterRegistry meters, ManualClock clock) {
        return start(settings(node).withAudience(audience), meters, clock);
    }

    /** Starts another edge, which does not collect what viewers experience; the caller closes it. */
    EdgeService withoutAudience() {
        return start(settings("edge-4").withAudience(null), new SimpleMeterRegistry(), new ManualClock());
    }

    private static EdgeSettings settings(String node) {
        return EdgeSettings.of("127.0.0.1", 0, node).withRtmp(PatientRtmp.listen());
    }

    /** RTMP has no manual clock: time reaches no limit except {@code blocked}, however slow the machine is. */
    private EdgeService start(EdgeSettings settings, SimpleMeterRegistry meters, LimitClock clock) {
        return EdgeService.start(settings, access, kafka, meters, (_, cause) -> fatal.set(cause),
                Ticker.systemTicker(), clock);
    }

    KafkaClients kafka() {
        return kafka;
    }

    LogWriter log(String stream) {
        return new LogWriter(kafka(), stream);
    }

    static int rtmpPort(EdgeService of) {
        return of.rtmp().orElseThrow().port();
    }

    int rtmpPort() {
        return rtmpPort(service);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(service, path);
    }

    HttpResponse<String> get(EdgeService from, String path) throws IOException, InterruptedException {
        return http.send(request(from.port(), path), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest request(String path) {
        return request(service.port(), path);
    }

    static HttpRequest request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    }

    HttpFlvViewer flv(String path) throws IOException, InterruptedException {
        return new HttpFlvViewer(http, request(path));
    }

    WebSocketFlvViewer ws(String path) {
        return ws(service.port(), path);
    }

    WebSocketFlvViewer ws(int port, String path) {
        return new WebSocketFlvViewer(http, URI.create("ws://127.0.0.1:" + port + path));
    }

    RtmpClient rtmp(String stream) throws IOException {
        return new RtmpClient(rtmpPort(), stream);
    }

    /** Waits until the directory contains it. */
    void awaitKnown(String stream) {
        await(() -> get("/api/v1/streams/" + stream + credentials).statusCode() == 200);
    }

    static void await(Condition condition) {
        Patience.await().until(condition::holds);
    }

    @Override
    public void close() {
        http.close();
        service.close();
        assertThat(fatal.get()).isNull();
    }
}
