package io.millrace.edge.http;

import ch.qos.logback.classic.Level;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Records;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Posters, and how far an edge lists a stream. */
class PosterResourceTest {
    private static final StreamEntry SHOW = Records.ruledBy(Records.CMAF_RULES,
            Records.entry("live/show", 17, StreamEntry.State.LIVE));
    private static final List<RenditionId> CMAF = List.of(RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0)),
            RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0)));

    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final PosterResource posters = new PosterResource(directory, log, log);

    private Answer poster(String stream) {
        return AdminRoutes.of(List.of(posters)).answer("GET", "/api/v1/posters/" + stream, Map.of()).orElseThrow();
    }

    private static Answer newest(NewestResource newest, String stream) {
        return AdminRoutes.of(List.of(newest)).answer("GET", "/api/v1/newest/" + stream, Map.of()).orElseThrow();
    }

    @Test
    void isFirstPartOfNewestSegmentWithInitSection() {
        directory.put(SHOW);
        log.segments(SHOW, CMAF, 0, 9);
        Answer answer = poster("live/show");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.file().type()).isEqualTo("video/mp4");
        assertThat(new String(answer.file().bytes(), StandardCharsets.US_ASCII))
                .isEqualTo("part %05d".formatted(MemoryLog.PARTS_BEGIN + 2 * 9));
    }

    @Test
    void isAbsentWithoutKeyframeInCmaf() {
        directory.put(SHOW);
        log.segments(SHOW, 0, 9);
        log.end(SHOW);
        assertThat(poster("live/show").json()).contains("no_poster");
        assertThat(poster("live/none").json()).contains("stream_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {MemoryLog.SILENT, MemoryLog.BROKEN})
    void isAbsentIfReadFails(String stream) {
        StreamEntry entry = Records.ruledBy(Records.CMAF_RULES, Records.entry(stream, 17, StreamEntry.State.LIVE));
        directory.put(entry);
        log.segments(entry, CMAF, 0, 9);
        try (LogCapture said = new LogCapture(LiveViews.class)) {
            for (int i = 0; i < 10; i++) {
                assertThat(poster(stream).json()).as("request " + i).contains("no_poster");
            }
            // Their number is limited for the whole process.
            assertThat(said.texts(Level.WARN)).allMatch(line -> line.startsWith("a read for the admin port failed"));
        }
    }

    @Test
    void latencyIsFromEndOfNewestPartToClock() {
        directory.put(SHOW);
        log.segments(SHOW, CMAF, 0, 9);
        long toMs = NewestResource.listedToMs(log.watch(SHOW).view(), CMAF.getFirst()).orElseThrow();
        var newest = new NewestResource(directory, log, log, InstantSource.fixed(Instant.ofEpochMilli(toMs + 1234)));
        assertThat(newest(newest, "live/show").json()).contains("\"latencyMs\":1234,")
                .contains("\"retainedFrom\":\"2026-");
        assertThat(newest(newest, "live/none").status()).isEqualTo(404);
    }

    @Test
    void endedStreamHasNoLatency() {
        directory.put(Records.entry("live/over", 18, StreamEntry.State.ENDED));
        var newest = new NewestResource(directory, log, log, InstantSource.system());
        assertThat(newest(newest, "live/over").json())
                .startsWith("{\"listedTo\":null,\"latencyMs\":null,\"bitrate\":null,");
        assertThat(log.watched).as("epochs that were read for it").isEmpty();
    }
}
