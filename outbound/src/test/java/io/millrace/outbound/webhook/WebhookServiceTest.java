package io.millrace.outbound.webhook;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEvent.Type;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Webhooks with a real broker and real targets that accept, reject, fail, hang or disconnect. */
@SlowTest
@ExtendWith(SharedBroker.class)
class WebhookServiceTest {
    private static final String SECRET = "planted-secret-0123456789";
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final KafkaClients kafka;
    private final List<Throwable> fatal = new ArrayList<>();
    private final List<WebhookService> services = new ArrayList<>();
    @AutoClose
    private final Receiver receiver = new Receiver();
    @AutoClose
    private final EventWriter events;
    @AutoClose
    private final LogCapture log = LogCapture.ofPackages("io.millrace");

    WebhookServiceTest(TestBroker broker) throws IOException {
        kafka = broker.clients("webhooks-" + UUID.randomUUID() + ".");
        events = new EventWriter(kafka);
    }

    @BeforeEach
    void noEvents() {
        assertThat(receiver.requests()).isEmpty();
    }

    @AfterEach
    void endsWithoutFailureAndKeepsSecrets() {
        services.forEach(WebhookService::close);
        assertThat(fatal).isEmpty();
        assertThat(log.lines()).noneMatch(line -> line.contains("planted"));
    }

    private static WebhookTarget target(String name, Receiver receiver, Type... types) {
        return new WebhookTarget(name, receiver.url(), Optional.of(WebhookSecret.of(SECRET)), Set.of(types), List.of());
    }

    private WebhookService start(WebhookTarget... targets) {
        WebhookService service = WebhookService.start(new WebhookSettings("test", List.of(targets)), kafka,
                new SimpleMeterRegistry(), TIMEOUT, (_, cause) -> fatal.add(cause));
        services.add(service);
        return service;
    }

    private static JsonNode admin(WebhookService service, String below) {
        AdminResource.Answer answer = AdminRoutes.of(service.admin())
                .answer("GET", "/api/v1/webhooks" + below, Map.of()).orElseThrow();
        assertThat(answer.json()).doesNotContain("planted");
        return JsonMapper.builder().build().readTree(answer.json());
    }

    private static void awaitIds(Receiver receiver, List<String> ids) {
        Patience.await().untilAsserted(() -> assertThat(receiver.ids()).containsExactlyElementsOf(ids));
    }

    @Test
    void deliversInOrderWithIdentityAndSignature() throws Exception {
        WebhookService service = start(target("a", receiver));
        List<String> ids = new ArrayList<>();
        ids.add(events.write("live/show", Type.PUBLISHED, 5));
        ids.add(events.write("live/show", Type.AWAY, 9));
        events.write("live/show", Type.PUBLISHED, 5); // a repetition after a restart of the segmenter
        events.write("live/show", Type.AWAY, 9);
        ids.add(events.write("live/show", Type.ENDED, 12));
        awaitIds(receiver, ids);
        JsonNode second = JsonMapper.builder().build().readTree(receiver.requests().get(1).body());
        assertThat(second.get("id").asString()).isEqualTo("live/show#9.0").isEqualTo(ids.get(1));
        assertThat(second.get("type").asString()).isEqualTo("away");
        assertThat(second.get("stream").asString()).isEqualTo("live/show");
        assertThat(second.get("at").asString()).isEqualTo("2026-01-01T00:00:00.009Z");
        assertThat(second.get("code").asString()).isEqualTo("unpublished");
        assertThat(second.get("offset").asLong()).isEqualTo(1);
        assertThat(second.get("epoch").asLong()).isEqualTo(3);
        for (Receiver.Request request : receiver.requests()) {
            assertThat(request.signature()).isEqualTo(Openssl.signature(request.signature(), SECRET, request.body()));
        }
        Patience.await().untilAsserted(() -> assertThat(admin(service, "").at("/webhooks/0/lag").asLong()).isZero());
        assertThat(admin(service, "").at("/webhooks/0/events/delivered").asLong()).isEqualTo(3);
    }

    @Test
    void failuresAreRepeatedAndHoldTheOrder() throws Exception {
        receiver.answers((exchange, _, earlier) -> Receiver.status(exchange, earlier < 2 ? 500 : 200));
        start(target("a", receiver));
        String first = events.write("live/show", Type.PUBLISHED, 5);
        String second = events.write("live/show", Type.AWAY, 9);
        awaitIds(receiver, List.of(first, first, first, second, second, second));
    }

    @Test
    void rejectedEventIsDeadLetterAndNextOneIsDelivered() throws Exception {
        receiver.answers((exchange, request, _) -> Receiver.status(exchange,
                request.body().contains("away") ? 400 : request.body().contains("back") ? 302 : 200));
        WebhookService service = start(target("a", receiver));
        List<String> ids = List.of(events.write("live/show", Type.AWAY, 5), events.write("live/show", Type.BACK, 9),
                events.write("live/show", Type.ENDED, 12));
        awaitIds(receiver, ids);
        Patience.await().untilAsserted(() -> assertThat(admin(service, "").at("/webhooks/0/lag").asLong()).isZero());
        JsonNode letters = admin(service, "/a/dead-letters").get("deadLetters");
        assertThat(letters.valueStream().map(letter -> letter.at("/event/id").asString()))
                .containsExactlyInAnyOrder(ids.get(0), ids.get(1));
        assertThat(letters.valueStream().map(letter -> letter.get("reason").asString()))
                .containsExactlyInAnyOrder("status 400", "status 302");
        assertThat(admin(service, "/b/dead-letters").at("/error/code").asString()).isEqualTo("webhook_not_found");
    }

    /** The process that gets the request of the operator need not be the one that sends the event. */
    @Test
    void deadLettersAreSentAgainByWhicheverProcessOwnsThem() throws Exception {
        AtomicInteger status = new AtomicInteger(400);
        receiver.answers((exchange, _, _) -> Receiver.status(exchange, status.get()));
        WebhookService first = start(target("a", receiver), target("b", receiver, Type.BACK));
        WebhookService second = start(target("a", receiver));
        List<String> ids = new ArrayList<>();
        for (String stream : List.of("live/a", "live/b", "live/c", "live/d")) {
            ids.add(events.write(stream, Type.AWAY, 5));
        }
        Patience.await().untilAsserted(() -> assertThat(deadLetters(first, "a")).containsOnlyKeys(ids));
        assertThat(admin(second, "/a/dead-letters").findValues("redelivery")).allMatch(JsonNode::isNull);
        String before = receiver.requests().stream().filter(each -> each.id().equals(ids.get(2))).findFirst()
                .orElseThrow().body();

        int sent = receiver.requests().size();
        redeliver(second, "event", ids.get(2), 202, "requested", "1"); // is rejected again
        Patience.await().untilAsserted(() -> assertThat(receiver.ids()).hasSize(sent + 1));
        assertThat(receiver.requests().getLast().body()).isEqualTo(before);
        Patience.await().untilAsserted(() -> assertThat(deadLetters(first, "a")).containsEntry(ids.get(2), "none"));

        status.set(204);
        redeliver(first, "event", ids.getFirst(), 202, "requested", "1");
        Patience.await()
                .untilAsserted(() -> assertThat(deadLetters(second, "a")).containsEntry(ids.getFirst(), "accepted"));
        redeliver(second, "all", "true", 202, "requested", "3");
        Patience.await()
                .untilAsserted(() -> assertThat(deadLetters(first, "a")).hasSize(4).containsValue("accepted")
                        .doesNotContainValue("none").doesNotContainValue("requested"));
        assertThat(receiver.ids().subList(sent, receiver.ids().size())).containsExactlyInAnyOrder(ids.get(2),
                ids.get(0), ids.get(1), ids.get(2), ids.get(3));
        redeliver(first, "all", "true", 202, "requested", "0");

        redeliver(first, "event", "live/none#1.0", 404, "error/code", "letter_not_found");
        redeliver(first, "no", "", 400, "error/code", "bad_parameter");
    }

    /** An event that fails again must not hold the new ones of its partition. */
    @Test
    void redeliveryHoldsNoNewEvent() throws Exception {
        AtomicInteger status = new AtomicInteger(400);
        receiver.answers((exchange, request, _) -> Receiver.status(exchange,
                request.body().contains("away") ? status.get() : 200));
        WebhookService service = start(target("a", receiver));
        String away = events.write("live/show", Type.AWAY, 5);
        Patience.await().untilAsserted(() -> assertThat(deadLetters(service, "a")).containsOnlyKeys(away));
        status.set(500);
        redeliver(service, "all", "true", 202, "requested", "1");
        Patience.await().untilAsserted(() -> assertThat(receiver.ids()).hasSizeGreaterThan(2));
        String ended = events.write("live/show", Type.ENDED, 9);
        Patience.await().untilAsserted(() -> assertThat(receiver.ids()).contains(ended));
        assertThat(deadLetters(service, "a")).containsEntry(away, "requested");
        service.close();
        status.set(200);
        WebhookService next = start(target("a", receiver, Type.PUBLISHED)); // whatever it filters
        Patience.await().untilAsserted(() -> assertThat(deadLetters(next, "a")).containsEntry(away, "accepted"));
    }

    /** Returns the state of the redelivery of each event. */
    private static Map<String, String> deadLetters(WebhookService service, String webhook) {
        return admin(service, "/" + webhook + "/dead-letters").get("deadLetters").valueStream()
                .collect(Collectors.toMap(letter -> letter.at("/event/id").asString(),
                        letter -> letter.at("/redelivery/state").asString("none")));
    }

    private static void redeliver(WebhookService service, String parameter, String value, int status, String field,
            String expected) {
        AdminResource.Answer answer = AdminRoutes.of(service.admin())
                .answer("POST", "/api/v1/webhooks/a/dead-letters/redeliver", Map.of(parameter, value)).orElseThrow();
        assertThat(answer.status()).as(answer.json()).isEqualTo(status);
        assertThat(JsonMapper.builder().build().readTree(answer.json()).at("/" + field).asString()).isEqualTo(expected);
    }

    @Test
    void hangingAndClosedRequestsAreRepeated() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        receiver.answers((exchange, _, earlier) -> {
            switch ((int) earlier) {
                case 0 -> end.await(); // no response
                case 1 -> exchange.close();
                case 2 -> {
                    exchange.sendResponseHeaders(200, 0); // a body that does not end
                    end.await();
                }
                default -> Receiver.status(exchange, 200);
            }
        });
        start(target("a", receiver));
        String id = events.write("live/show", Type.PUBLISHED, 5);
        awaitIds(receiver, List.of(id, id, id, id));
        end.countDown();
    }

    @Test
    void targetThatFailsHoldsOnlyItself() throws Exception {
        try (Receiver failing = new Receiver()) {
            failing.answers((exchange, _, _) -> Receiver.status(exchange, 503));
            WebhookService service = start(target("failing", failing), target("a", receiver));
            awaitIds(receiver, List.of(events.write("live/show", Type.PUBLISHED, 5),
                    events.write("live/show", Type.ENDED, 9)));
            Patience.await().untilAsserted(() -> {
                assertThat(admin(service, "").at("/webhooks/0/heldSince").asString()).isNotEmpty();
                assertThat(admin(service, "").at("/webhooks/0/last/result").asString()).isEqualTo("status 503");
            });
            assertThat(admin(service, "").at("/webhooks/1/heldSince").isNull()).isTrue();
            assertThat(service.checks().getFirst().probe().get().up()).isTrue();
        }
    }

    @Test
    void filterSelectsEventsAndNextProcessContinues() throws Exception {
        WebhookService first = start(target("a", receiver, Type.PUBLISHED, Type.ENDED));
        String published = events.write("live/show", Type.PUBLISHED, 5);
        events.write("live/show", Type.AWAY, 9);
        awaitIds(receiver, List.of(published));
        Patience.await().untilAsserted(() -> assertThat(admin(first, "").at("/webhooks/0/lag").asLong()).isZero());
        first.close();
        String ended = events.write("live/show", Type.ENDED, 12);
        start(target("a", receiver, Type.PUBLISHED, Type.ENDED));
        awaitIds(receiver, List.of(published, ended));
    }
}
