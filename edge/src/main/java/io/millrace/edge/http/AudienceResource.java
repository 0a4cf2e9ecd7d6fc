package io.millrace.edge.http;

import io.millrace.edge.exchange.Json;
import io.millrace.edge.players.AudienceTotals;
import io.millrace.edge.players.StreamAudience;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Serves {@code /api/v1/streams/live/show/audience} on the admin port: the quality that the viewers of a stream experience
 * on all edges.
 * Thread-safe.
 */
public final class AudienceResource implements AdminResource {
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

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/streams/{stream}/audience", request -> answer(request.named())));
    }

    private Answer answer(String stream) {
        if (totals == null) {
            return Answer.error(404, "audience_off", "this edge does not collect reports of players");
        }
        StreamAudience its = totals.of(stream);
        return new Answer(200, new String(Json.write(new Audience(its.edges(), its.players(),
                its.stalledPlayers(), its.stalls(), its.startDelayMs(), its.latencyMs(), its.bitrateKbps(),
                its.bufferMs())), StandardCharsets.UTF_8));
    }
}
