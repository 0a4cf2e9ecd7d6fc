package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.edge.players.AudienceTotals;
import io.millrace.edge.players.StreamAudience;
import io.millrace.media.StreamName;
import io.millrace.platform.admin.AdminResource;
import java.nio.charset.StandardCharsets;

/**
 * What the viewers of a stream experience, of all edges: {@code /api/v1/streams/live/show/audience} on the admin port,
 * which is below {@link StreamsResource}. Thread-safe.
 */
public final class AudienceResource {
    private static final String SUFFIX = "/audience";

    /** Null if reports are not collected. */
    private final AudienceTotals totals;

    /** @param totals null if reports are not collected */
    public AudienceResource(AudienceTotals totals) {
        this.totals = totals;
    }

    /**
     * The JSON of one stream. Measures that no player reports are null.
     *
     * @param edges the number of edges to which players have reported
     * @param stalledPlayers those that have stalled since they began
     * @param stalls of all current players since they began
     * @param startDelayMs from the wish to play until the first picture
     * @param latencyMs how far players are behind the encoder
     * @param bufferMs media that players have buffered
     */
    record Audience(int edges, int players, int stalledPlayers, long stalls, StreamAudience.Quantiles startDelayMs,
            StreamAudience.Quantiles latencyMs, StreamAudience.Quantiles bitrateKbps,
            StreamAudience.Quantiles bufferMs) {}

    /** Returns whether a path below that of the streams is one of these; a stream of that name is found first. */
    static boolean isAt(String below) {
        return below.endsWith(SUFFIX) && StreamName.parse(stream(below)).isPresent();
    }

    private static String stream(String below) {
        return below.substring(0, below.length() - SUFFIX.length());
    }

    AdminResource.Answer answer(String below) {
        if (totals == null) {
            return AdminResource.Answer.error(404, "audience_off", "this edge does not collect reports of players");
        }
        StreamAudience its = totals.of(stream(below));
        return new AdminResource.Answer(200, new String(Json.write(new Audience(its.edges(), its.players(),
                its.stalledPlayers(), its.stalls(), its.startDelayMs(), its.latencyMs(), its.bitrateKbps(),
                its.bufferMs())), StandardCharsets.UTF_8));
    }
}
