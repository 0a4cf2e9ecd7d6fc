package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.testkit.LogCapture;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The operations that change relays, and the table that they change, without Kafka between them. */
class RelayChangesTest {
    private static final String BODY = """
            {"streams": "live/*", "target": "rtmp://host/app/{name}?key=SECRET"}""";
    /** Written by version 2 of the log; every later release must read it. */
    private static final String VERSION_2 = "c301cdc46d081d2091c308636f70790c6c6976652f2a2272746d703a2f2f682f612f7b"
            + "6e616d657d086c6976650670656d";

    private final RelayTable table = new RelayTable(List.of(new RelayDefinition("filed", "live/show",
            "rtmp://host/app/SECRET", "stopped", "").rule()));
    private final AdminRoutes routes = AdminRoutes.of(List.of(
            new RelaysResource(table, Map::of, Map.of()),
            new RelayChangesResource(table, Duration.ZERO,
                    definition -> table.apply(definition.name(), definition.encode()),
                    name -> table.apply(name, null))));

    RelayChangesTest() {
        table.readTo(0);
    }

    private Answer answer(String method, String name, String body) {
        return routes.answer(method, "/api/v1/relays/" + name, Map.of(), body).orElseThrow();
    }

    @Test
    void createsChangesAndDeletes() {
        try (LogCapture log = LogCapture.ofPackages("io.millrace")) {
            assertThat(answer("POST", "copy", BODY)).isEqualTo(new Answer(201,
                    """
                            {"name":"copy","streams":"live/*","target":"rtmp://host/app/…","from":"stopped","source":"api"}"""));
            RelayRule created = table.rules().get("copy");
            assertThat(created.matches(new StreamName("live/other"))).isTrue();
            assertThat(answer("POST", "copy", BODY).json()).contains("relay_exists");
            assertThat(answer("PUT", "copy", BODY).status()).isEqualTo(200);
            assertThat(table.rules().get("copy")).as("sessions continue if nothing changes").isSameAs(created);
            assertThat(answer("PUT", "copy", BODY.replace("live/*", "other/*")).status()).isEqualTo(200);
            assertThat(table.rules().get("copy").matches(new StreamName("live/other"))).isFalse();
            assertThat(answer("GET", "copy", "").json()).contains("other/*").doesNotContain("SECRET");
            assertThat(answer("DELETE", "copy", "")).isEqualTo(new Answer(204, null));
            assertThat(answer("DELETE", "copy", "").status()).isEqualTo(404);
            assertThat(answer("GET", "copy", "").status()).isEqualTo(404);
            assertThat(table.rules()).containsOnlyKeys("filed");
            assertThat(log.lines()).anyMatch(line -> line.contains("created relay copy"))
                    .noneMatch(line -> line.contains("SECRET"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE"})
    void refusesNamesOfFile(String method) {
        Answer answer = answer(method, "filed", BODY);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json()).contains("relay_in_file");
        assertThat(answer("GET", "filed", "").json()).contains("\"source\":\"file\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"target\":\"rtmp://host/app/SECRET\"",
        "{\"target\":\"rtmp://host/app/SECRET\"}",
        "{\"streams\":\"live/*\",\"target\":\"rtmp://host/app/SECRET\"}",
        "{\"streams\":\"live/a\",\"target\":\"http://host/app/SECRET\"}",
        "{\"streams\":\"live/a\",\"target\":[\"rtmp://host/app/SECRET\"]}",
        "{\"streams\":\"live/a\",\"target\":\"rtmp://host/app/SECRET\",\"from\":\"now\"}",
        "{\"streams\":\"live/a\",\"target\":\"rtmp://host/app/SECRET\",\"tls-ca\":\"file.pem\"}",
        "{\"streams\":\"live/a\",\"target\":\"rtmps://host/app/SECRET\",\"tlsCa\":\"SECRET\"}",
        "{\"streams\":\"live/a\",\"streams\":\"live/b\",\"target\":\"rtmp://host/app/SECRET\"}",
        "{\"name\":\"other\",\"streams\":\"live/a\",\"target\":\"rtmp://host/app/SECRET\"}"})
    void rejectsInvalidRelaysWithoutQuotingKeys(String body) {
        Answer answer = answer("PUT", "copy", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json()).contains("bad_relay").doesNotContain("SECRET");
        assertThat(answer("PUT", "a b", BODY).status()).isEqualTo(400);
        assertThat(table.rules()).containsOnlyKeys("filed");
    }

    @Test
    void numberIsLimited() {
        for (int i = 0; i < RelayChangesResource.LIMIT; i++) {
            table.apply("r" + i, new RelayDefinition("r" + i, "live/show", "rtmp://h/a/k", "live", "").encode());
        }
        assertThat(answer("PUT", "more", BODY).json()).contains("too_many_relays");
        assertThat(answer("PUT", "r0", BODY).status()).isEqualTo(200);
        assertThat(answer("DELETE", "r1", "").status()).isEqualTo(204);
        assertThat(answer("POST", "more", BODY).status()).isEqualTo(201);
    }

    @Test
    void failureOfKafkaIsReported() {
        AdminRoutes failing = AdminRoutes.of(List.of(new RelayChangesResource(table, Duration.ZERO, _ -> {
            throw new UserError("Kafka does not respond");
        }, _ -> {})));
        Answer answer = failing.answer("POST", "/api/v1/relays/copy", Map.of(), BODY).orElseThrow();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json()).contains("Kafka does not respond").doesNotContain("SECRET");
    }

    @Test
    void nothingChangesBeforeRelaysAreKnown() {
        AdminRoutes early = AdminRoutes
                .of(List.of(new RelayChangesResource(new RelayTable(List.of()), Duration.ZERO, _ -> {
                    throw new AssertionError("another node may have a relay of that name");
                }, _ -> {})));
        assertThat(early.answer("POST", "/api/v1/relays/copy", Map.of(), BODY).orElseThrow().status()).isEqualTo(503);
    }

    @Test
    void fileCountsIfBothDefineName() {
        RelayRule filed = table.rules().get("filed");
        table.apply("filed", new RelayDefinition("filed", "live/*", "rtmp://host/app/{name}", "live", "").encode());
        assertThat(table.rules().get("filed")).isSameAs(filed);
        table.apply("filed", null);
        assertThat(table.rules().get("filed")).isSameAs(filed);
    }

    @Test
    void unreadableDefinitionLeavesRelay() {
        assertThat(answer("PUT", "copy", BODY).status()).isEqualTo(200);
        RelayRule created = table.rules().get("copy");
        table.apply("copy", new byte[]{1, 2, 3});
        assertThat(table.rules().get("copy")).isSameAs(created);
    }

    @Test
    void readsVersion2() {
        RelayDefinition definition = new RelayDefinition("copy", "live/*", "rtmp://h/a/{name}", "live", "pem");
        assertThat(HexFormat.of().formatHex(definition.encode())).isEqualTo(VERSION_2);
        assertThat(RelayDefinition.decode(HexFormat.of().parseHex(VERSION_2))).isEqualTo(definition);
        assertThat(definition.toString()).doesNotContain("rtmp");
    }
}
