package io.millrace.edge.http;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code /api/v1/viewers} on the admin port: lists the viewers of this edge and disconnects them. Thread-safe. */
public final class ViewersResource implements AdminResource {
    private final Viewers viewers;

    public ViewersResource(Viewers viewers) {
        this.viewers = viewers;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/viewers", request -> withWanted(request.query(), this::list)),
                AdminRoute.delete("/api/v1/viewers", request -> withWanted(request.query(), this::kick)),
                AdminRoute.get("/api/v1/viewers/{viewer}", request -> one(request.named())),
                AdminRoute.delete("/api/v1/viewers/{viewer}", request -> kick(request.named())));
    }

    private static Answer withWanted(Map<String, String> query,
            BiFunction<Map<String, String>, Predicate<Viewer>, Answer> answer) {
        return wanted(query).map(wanted -> answer.apply(query, wanted))
                .orElseGet(() -> Answer.error(400, "bad_parameter", "protocol must be hls, dash, flv, ws or rtmp"));
    }

    /** Returns the filter that the parameters describe; empty if the protocol is unknown. */
    private static Optional<Predicate<Viewer>> wanted(Map<String, String> query) {
        String stream = query.get("stream");
        String protocol = query.get("protocol");
        if (protocol != null && Stream.of(Protocol.values()).noneMatch(known -> known.label().equals(protocol))) {
            return Optional.empty();
        }
        return Optional.of(viewer -> (stream == null || viewer.stream().equals(stream))
                && (protocol == null || viewer.protocol().label().equals(protocol)));
    }

    private Answer list(Map<String, String> query, Predicate<Viewer> wanted) {
        int limit;
        try {
            limit = StreamList.limit(query.get("limit"));
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_parameter", e.getMessage());
        }
        // One more than the page size shows whether there is a next page.
        List<Viewer> found = viewers.list(wanted, query.get("after"), limit + 1);
        boolean more = found.size() > limit;
        List<Viewer> page = more ? found.subList(0, limit) : found;
        return json(new ApiJson.ViewerList(page.stream().map(this::json).toList(),
                more ? viewers.id(page.getLast()) : null));
    }

    private Answer one(String id) {
        return viewers.find(id).map(viewer -> json((Object) json(viewer))).orElseGet(() -> absent(id));
    }

    private Answer kick(String id) {
        return viewers.kick(id) ? new Answer(204, null) : absent(id);
    }

    private Answer kick(Map<String, String> query, Predicate<Viewer> wanted) {
        // Without a stream this would disconnect everybody, which is never intended.
        return query.containsKey("stream")
                ? json(new ApiJson.Kicked(viewers.kick(wanted)))
                : Answer.error(400, "bad_parameter", "stream is required: it selects whose viewers to disconnect");
    }

    private ApiJson.WatchedBy json(Viewer viewer) {
        boolean counted = viewer.protocol().isOneConnection();
        return new ApiJson.WatchedBy(viewers.id(viewer), viewer.stream(), viewer.protocol().label(), viewer.address(),
                viewer.client(), Json.time(viewer.sinceMs()), counted ? viewer.sentBytes() : null);
    }

    private static Answer json(Object value) {
        return new Answer(200, new String(Json.write(value), StandardCharsets.UTF_8));
    }

    private static Answer absent(String id) {
        return Answer.error(404, "viewer_not_found", "there is no viewer " + id + " at this edge");
    }
}
