package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.UserError;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.admin.AdminResource.Answer;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kick.KickOrder;
import io.millrace.platform.log.Kick;
import io.millrace.testkit.Records;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ViewersResourceTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Viewers viewers = new Viewers(new EdgeMeters(registry),
            InstantSource.fixed(Instant.ofEpochMilli(Records.EPOCH_MS)));
    private final List<Kick> written = new ArrayList<>();
    /** Every edge reads what one edge has written. */
    private final ViewersResource resource = new ViewersResource(viewers, kick -> {
        written.add(kick);
        viewers.apply(kick);
    }, InstantSource.fixed(Instant.ofEpochMilli(Records.EPOCH_MS)));
    private final List<String> kicked = new ArrayList<>();
    private final Viewer flv = join(Protocol.FLV, "live/show");
    private final Viewer ws = join(Protocol.WS, "live/show");
    private final Viewer other = join(Protocol.WS, "live/other");

    @Test
    void listsViewers() {
        flv.sent(List.of(Unpooled.wrappedBuffer(new byte[3]), Unpooled.wrappedBuffer(new byte[4])));
        flv.sent(List.of(Unpooled.wrappedBuffer(new byte[5])));
        assertThat(get("", Map.of("stream", "live/show", "protocol", "flv")).json())
                .isEqualTo("{\"viewers\":[{\"id\":\"" + viewers.id(flv)
                        + "\",\"stream\":\"live/show\",\"protocol\":\"flv\","
                        + "\"address\":\"192.0.2.1:5000\",\"client\":\"VLC\",\"session\":\""
                        + ViewerSession.ofPeer("192.0.2.1", "FLV") + "\",\"since\":\"2026-01-01T00:00:00.000Z\","
                        + "\"bytes\":12}],\"next\":null}");
        assertThat(get(viewers.id(ws), Map.of()).json()).startsWith("{\"id\":\"" + viewers.id(ws) + "\"");
        Viewer hls = join(Protocol.HLS, "live/show");
        assertThat(get(viewers.id(hls), Map.of()).json()).as("bytes of HLS viewers are not counted")
                .contains("\"bytes\":null");
    }

    @Test
    void listsPageByPage() {
        Answer first = get("", Map.of("limit", "2"));
        assertThat(first.json()).contains(viewers.id(flv), viewers.id(ws)).doesNotContain(viewers.id(other))
                .endsWith("\"next\":\"" + viewers.id(ws) + "\"}");
        viewers.left(ws);
        assertThat(get("", Map.of("limit", "2", "after", viewers.id(ws))).json()).as("after a viewer that has left")
                .contains(viewers.id(other)).doesNotContain(viewers.id(flv)).endsWith("\"next\":null}");
    }

    @Test
    void disconnectsOneViewerOrAllOfStream() {
        assertThat(delete(viewers.id(flv), Map.of())).isEqualTo(new Answer(204, null));
        assertThat(kicked).containsExactly("FLV live/show");
        assertThat(delete("", Map.of("stream", "live/show")).json()).isEqualTo("{\"kicked\":2}");
        assertThat(delete("", Map.of("stream", "live/other", "protocol", "flv")).json()).isEqualTo("{\"kicked\":0}");
        assertThat(kicked).containsExactlyInAnyOrder("FLV live/show", "FLV live/show", "WS live/show");
        assertThat(delete("", Map.of()).status()).as("without a stream").isEqualTo(400);
    }

    @Test
    void doesNotFindViewersThatLeftOrAreElsewhere() {
        viewers.left(flv);
        viewers.left(flv);
        assertThat(viewers.count("live/show", Protocol.FLV)).isZero();
        assertThat(registry.get("millrace.edge.viewers").tag("protocol", "flv").gauge().value()).isZero();
        assertThat(delete(viewers.id(flv), Map.of()).status()).isEqualTo(404);
        assertThat(delete("0000" + viewers.id(ws), Map.of()).status()).isEqualTo(404);
        assertThat(kicked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"protocol, srt", "limit, 0", "limit, 1001", "limit, x"})
    void rejectsInvalidParameters(String name, String value) {
        assertThat(get("", Map.of(name, value)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"protocol, srt", "session, x", "seconds, 0", "seconds, 60", "stream, show"})
    void rejectsInvalidParametersOfKick(String name, String value) {
        Map<String, String> query = new HashMap<>(Map.of("stream", "live/show"));
        query.put(name, value);
        assertThat(delete("", query).status()).isEqualTo(400);
        assertThat(written).isEmpty();
    }

    /** The viewer may be at another edge, and this one does not know it. */
    @Test
    void kicksSessionThatIsElsewhere() {
        Map<String, String> query = Map.of("stream", "live/show", "session", flv.session().toString());
        viewers.left(flv);
        assertThat(delete("", query).json()).isEqualTo("{\"kicked\":0}");
        assertThat(written).containsExactly(
                new KickOrder(null, "").viewer("live/show", flv.session(), Records.EPOCH_MS));
        join(Protocol.FLV, "live/show");
        assertThat(delete("", query).json()).isEqualTo("{\"kicked\":1}");
        assertThat(kicked).containsExactly("FLV live/show");
    }

    @Test
    void saysThatKickIsNotWritten() {
        var refusing = new ViewersResource(viewers, _ -> {
            throw new UserError("Kafka does not respond");
        }, InstantSource.system());
        assertThat(AdminRoutes.of(List.of(refusing)).answer("DELETE", "/api/v1/viewers/" + viewers.id(flv), Map.of()))
                .contains(Answer.error(503, "unavailable", "Kafka does not respond"));
        assertThat(kicked).isEmpty();
    }

    /** The policy allowed the viewer before the kick was read, and it waited for its stream. */
    @Test
    void viewerWhoJoinsAfterItsKickIsDisconnected() {
        var late = new Viewers(new EdgeMeters(new SimpleMeterRegistry()), InstantSource.system(),
                (stream, session) -> stream.equals("live/show") && session.equals(flv.session()));
        for (String stream : List.of("live/show", "live/other")) {
            late.joined(Protocol.FLV, stream, "192.0.2.1:5000", "VLC", flv.session(), () -> kicked.add(stream));
        }
        assertThat(kicked).containsExactly("live/show");
    }

    /** At all streams, whatever token they have. */
    @Test
    void viewersOfSubjectAreDisconnected() {
        int number = 0;
        for (String sub : List.of("user 7", "user 8", "user 7")) {
            String stream = "live/" + number++;
            viewers.joined(Protocol.WS, stream, "192.0.2.1:5000", "VLC",
                    new ViewerSession("0".repeat(31) + number, 2_000, ViewerSession.ofSubject(sub)),
                    () -> kicked.add(stream));
        }
        viewers.apply(new Kick(Kick.ofSubject(ViewerSession.ofSubject("user 7")), 0, 1_000, ""));
        assertThat(kicked).containsExactlyInAnyOrder("live/0", "live/2");
    }

    private Viewer join(Protocol protocol, String stream) {
        return viewers.joined(protocol, stream, "192.0.2.1:5000", "VLC",
                ViewerSession.ofPeer("192.0.2.1", protocol.name()), () -> kicked.add(protocol + " " + stream));
    }

    private Answer get(String below, Map<String, String> query) {
        return answer("GET", below, query);
    }

    private Answer delete(String below, Map<String, String> query) {
        return answer("DELETE", below, query);
    }

    private Answer answer(String method, String below, Map<String, String> query) {
        return AdminRoutes.of(List.of(resource))
                .answer(method, "/api/v1/viewers" + (below.isEmpty() ? "" : "/" + below), query).orElseThrow();
    }
}
