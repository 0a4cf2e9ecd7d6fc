package io.millrace.platform.kick;

import io.millrace.platform.UserError;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The resources, on a log that is read at once. */
class KickResourcesTest {
    private static final long NOW_MS = 1_767_225_600_000L;
    private static final ViewerSession VIEWER = ViewerSession.parse("9f86d081884c7d659a2feaa0c55ad015").orElseThrow();

    private final InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(NOW_MS));
    private final KickTable table = new KickTable(clock);
    private boolean isDown;
    private final KicksResource kicks = new KicksResource(table, kick -> {
        respond();
        table.put(kick);
    }, key -> {
        respond();
        table.remove(key);
    }, clock);
    private final PublishersResource publishers = new PublishersResource(kick -> {
        respond();
        table.put(kick);
    }, clock);

    private void respond() {
        if (isDown) {
            throw new UserError("Kafka does not respond");
        }
    }

    @Test
    void listsAndEndsKicks() {
        assertThat(disconnect("live/show", Map.of("seconds", "60", "reason", "music")))
                .isEqualTo(new Answer(204, null));
        table.put(new KickOrder(null, "").viewer("live/show", VIEWER, NOW_MS));
        table.put(new KickOrder(null, "").viewer("live/talk", VIEWER, NOW_MS));
        assertThat(get(Map.of("stream", "live/show")).json()).isEqualTo("{\"kicks\":[{\"stream\":\"live/show\","
                + "\"target\":\"publisher\",\"session\":null,\"subject\":null,\"at\":\"2026-01-01T00:00:00.000Z\","
                + "\"until\":\"2026-01-01T00:01:00.000Z\",\"reason\":\"music\"},{\"stream\":\"live/show\","
                + "\"target\":\"viewer\",\"session\":\"9f86d081884c7d659a2feaa0c55ad015\",\"subject\":null,"
                + "\"at\":\"2026-01-01T00:00:00.000Z\",\"until\":\"2026-01-01T00:01:00.000Z\",\"reason\":\"\"}],"
                + "\"next\":null}");
        assertThat(delete(Map.of("stream", "live/show", "session", VIEWER.toString())).status()).isEqualTo(204);
        assertThat(table.isKicked("live/show", VIEWER)).isFalse();
        assertThat(table.isKicked("live/talk", VIEWER)).isTrue();
        assertThat(delete(Map.of("stream", "live/show", "session", VIEWER.toString())).status()).isEqualTo(404);
        assertThat(delete(Map.of("stream", "live/show")).status()).isEqualTo(204);
        assertThat(table.isPublisherKicked("live/show", null)).isFalse();
    }

    @Test
    void listsPageByPage() {
        for (int i = 1; i <= 3; i++) {
            table.put(new KickOrder(null, "").viewer("live/" + i, VIEWER, NOW_MS));
        }
        Answer first = get(Map.of("limit", "2"));
        assertThat(first.json()).contains("live/1", "live/2").doesNotContain("live/3");
        String next = first.json().replaceAll(".*\"next\":\"([^\"]*)\".*", "$1");
        assertThat(get(Map.of("limit", "2", "after", next)).json()).contains("live/3").doesNotContain("live/2")
                .endsWith("\"next\":null}");
    }

    /** An encoder that may return at once is not in the list. */
    @Test
    void publisherIsDisconnectedWithoutBan() {
        assertThat(disconnect("live/show", Map.of()).status()).isEqualTo(204);
        assertThat(table.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"show, seconds, 1", "live/show, seconds, 0"})
    void refusesInvalidPublishers(String stream, String name, String value) {
        assertThat(disconnect(stream, Map.of(name, value)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "x", ""})
    void refusesInvalidLimit(String limit) {
        assertThat(get(Map.of("limit", limit)).status()).isEqualTo(400);
    }

    @Test
    void saysThatKafkaDoesNotRespond() {
        table.put(new KickOrder(null, "").viewer("live/show", VIEWER, NOW_MS));
        isDown = true;
        Answer expected = Answer.error(503, "unavailable", "Kafka does not respond");
        assertThat(delete(Map.of("stream", "live/show", "session", VIEWER.toString()))).isEqualTo(expected);
        assertThat(disconnect("live/show", Map.of())).isEqualTo(expected);
        assertThat(delete(Map.of()).status()).isEqualTo(400);
    }

    @Test
    void kicksSubject() {
        assertThat(post(Map.of("subject", "user 7")).json()).contains("seconds is required");
        assertThat(post(Map.of("seconds", "60")).status()).isEqualTo(400);
        assertThat(post(Map.of("subject", "user 7", "seconds", "60"))).isEqualTo(new Answer(204, null));
        assertThat(get(Map.of()).json())
                .contains("\"stream\":null,\"target\":\"subject\",\"session\":null,\"subject\":\""
                        + ViewerSession.ofSubject("user 7") + "\"")
                .doesNotContain("user 7");
        isDown = true;
        assertThat(post(Map.of("subject", "user 7", "seconds", "60")).status()).isEqualTo(503);
        isDown = false;
        assertThat(delete(Map.of("subject", "user 8")).status()).isEqualTo(404);
        assertThat(delete(Map.of("subject", "user 7")).status()).isEqualTo(204);
        assertThat(table.isEmpty()).isTrue();
    }

    private Answer post(Map<String, String> query) {
        return AdminRoutes.of(List.of(kicks)).answer("POST", "/api/v1/kicks", query).orElseThrow();
    }

    private Answer get(Map<String, String> query) {
        return AdminRoutes.of(List.of(kicks)).answer("GET", "/api/v1/kicks", query).orElseThrow();
    }

    private Answer delete(Map<String, String> query) {
        return AdminRoutes.of(List.of(kicks)).answer("DELETE", "/api/v1/kicks", query).orElseThrow();
    }

    private Answer disconnect(String stream, Map<String, String> query) {
        return AdminRoutes.of(List.of(publishers)).answer("DELETE", "/api/v1/publishers/" + stream, query)
                .orElseThrow();
    }
}
