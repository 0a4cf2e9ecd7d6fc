package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The publisher's address is in the operator's list and not in the public one. */
class StreamsResourceTest {
    private static final String SOURCE = "\"publisher\":{\"node\":\"node-1\",\"address\":\"127.0.0.1:5000\",\"client\":\"FMLE/3.0\"}";

    private final StreamDirectory directory = new StreamDirectory();
    private final StreamsResource resource = new StreamsResource(directory, new MemoryLog(),
            new Viewers(new EdgeMeters(new SimpleMeterRegistry()), InstantSource.system()));

    @BeforeEach
    void fill() {
        directory.put(Records.entry("live/a", 17, StreamEntry.State.LIVE));
        directory.put(Records.entry("live/b", 18, StreamEntry.State.ENDED));
    }

    @Test
    void showsSourceToOperator() {
        assertThat(get("", Map.of()).json()).startsWith("{\"streams\":[{\"name\":\"live/a\"").contains(SOURCE)
                .contains("\"viewers\":{\"hls\":0,\"dash\":0,\"flv\":0,\"ws\":0,\"rtmp\":0}")
                .endsWith("\"next\":null}");
        assertThat(get("live/b", Map.of()).json()).startsWith("{\"name\":\"live/b\"").contains(SOURCE);
        assertThat(DirectoryJson.streams(List.of(directory.newest("live/a").orElseThrow()))).as("as read from the log")
                .contains(SOURCE);
        assertThat(get("live/none", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void hidesSourceFromPublic() {
        StreamEntry entry = directory.newest("live/a").orElseThrow();
        assertThat(new String(Json.write(ApiJson.stream(entry, null)), StandardCharsets.UTF_8))
                .contains("\"publisher\":{\"client\":\"FMLE/3.0\"}").doesNotContain("node-1", "127.0.0.1");
        String node = new String(Json.write(ApiJson.ingest(new IngestNode("studio-pc-3fa9", null, null, false))),
                StandardCharsets.UTF_8);
        assertThat(node).matches("\\{\"node\":\"[0-9a-f]{4}\",.*").doesNotContain("studio");
        assertThat(IntStream.range(0, 200).mapToObj(i -> ApiJson.opaque("host-" + i)).distinct().count())
                .as("distinct short names of 200 nodes").isGreaterThan(190);
    }

    @Test
    void acceptsParametersOfPublicList() {
        assertThat(get("", Map.of("state", "live,grace")).json()).contains("live/a").doesNotContain("live/b");
        assertThat(get("", Map.of("search", "B")).json()).contains("live/b").doesNotContain("live/a");
        assertThat(get("", Map.of("limit", "1")).json()).contains("live/a").endsWith("\"next\":\"live/a\"}");
        assertThat(get("", Map.of("limit", "1", "after", "live/a")).json()).contains("live/b");
        assertThat(get("", Map.of("limit", "1000")).json()).contains("live/a", "live/b");
    }

    @Test
    void countsViewersByProtocol() {
        assertThat(get("live/a", Map.of()).json())
                .contains("\"viewers\":{\"hls\":0,\"dash\":0,\"flv\":0,\"ws\":0,\"rtmp\":0}");
    }

    @Test
    void listsSessions() {
        assertThat(get("live/a/sessions", Map.of()).json()).startsWith("{\"sessions\":[{\"epoch\":17,\"session\":17,")
                .endsWith("\"next\":null}");
        assertThat(get("live/a/sessions", Map.of("after", "17")).json()).isEqualTo("{\"sessions\":[],\"next\":null}");
        assertThat(get("live/none/sessions", Map.of()).status()).isEqualTo(404);
        assertThat(get("live/a/sessions", Map.of("after", "x")).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"limit, 0", "limit, 1001", "state, dead"})
    void rejectsInvalidParameters(String name, String value) {
        assertThat(get("", Map.of(name, value)).status()).isEqualTo(400);
    }

    private Answer get(String below, Map<String, String> query) {
        return AdminRoutes.of(List.of(resource))
                .answer("GET", "/api/v1/streams" + (below.isEmpty() ? "" : "/" + below), query).orElseThrow();
    }
}
