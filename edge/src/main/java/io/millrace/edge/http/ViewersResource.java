package io.millrace.edge.http;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.meters.Protocol;
import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.platform.kick.KickOrder;
import io.millrace.platform.log.Kick;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * {@code /api/v1/viewers} on the admin port: lists the viewers of this edge, and kicks viewers of all edges. Thread-safe.
 */
public final class ViewersResource implements AdminResource {
    private final Viewers viewers;
    private final Consumer<Kick> write;
    private final InstantSource clock;

    /** @param write kicks on all nodes; blocks, and throws {@link UserError} if Kafka does not respond */
    public ViewersResource(Viewers viewers, Consumer<Kick> write, InstantSource clock) {
        this.viewers = viewers;
        this.write = write;
        this.clock = clock;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/viewers", request -> list(request.query())),
                AdminRoute.delete("/api/v1/viewers",
                        request -> ordered(request, order -> kick(request.query(), order))),
                AdminRoute.get("/api/v1/viewers/{viewer}", request -> one(request.named())),
                AdminRoute.delete("/api/v1/viewers/{viewer}",
                        request -> ordered(request, order -> kick(request.named(), order))));
    }

    /** Returns the answer of {@code kick}, or the error of an order that is malformed or that Kafka does not take. */
    private static Answer ordered(Request request, Function<KickOrder, Answer> kick) {
        try {
            return kick.apply(KickOrder.parse(request.query()));
        } catch (IllegalArgumentException e) {
            return badParameter(e.getMessage());
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }

    /**
     * Returns the filter that the parameters describe.
     *
     * @throws IllegalArgumentException if the protocol is unknown
     */
    private static Predicate<Viewer> wanted(Map<String, String> query) {
        String stream = query.get("stream");
        String protocol = query.get("protocol");
        if (protocol != null && Stream.of(Protocol.values()).noneMatch(known -> known.label().equals(protocol))) {
            throw new IllegalArgumentException("protocol must be hls, dash, flv, ws or rtmp");
        }
        return viewer -> (stream == null || viewer.stream().equals(stream))
                && (protocol == null || viewer.protocol().label().equals(protocol));
    }

    private Answer list(Map<String, String> query) {
        int limit;
        Predicate<Viewer> wanted;
        try {
            limit = StreamList.limit(query.get("limit"));
            wanted = wanted(query);
        } catch (IllegalArgumentException e) {
            return badParameter(e.getMessage());
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

    private Answer kick(String id, KickOrder order) {
        Optional<Viewer> viewer = viewers.find(id);
        if (viewer.isEmpty()) {
            return absent(id);
        }
        write.accept(order.viewer(viewer.get().stream(), viewer.get().session(), clock.millis()));
        return new Answer(204, null);
    }

    private Answer kick(Map<String, String> query, KickOrder order) {
        String stream = query.get("stream");
        if (stream == null) {
            // Without a stream this would disconnect everybody, which is never intended.
            return badParameter("stream is required: it selects whose viewers to disconnect");
        }
        String name = new StreamName(stream).value();
        String text = query.get("session");
        if (text == null && order.seconds() != null) {
            return badParameter("seconds needs a session: nobody is refused after a kick of all viewers");
        }
        if (text == null) {
            // Counted before: the viewers leave when the record is read.
            int count = viewers.count(wanted(query));
            write.accept(order.viewers(name, query.get("protocol"), clock.millis()));
            return json(new ApiJson.Kicked(count));
        }
        ViewerSession session = ViewerSession.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("session must be that of a viewer in the list"));
        int count = viewers.count(name, session);
        write.accept(order.viewer(name, session, clock.millis()));
        return json(new ApiJson.Kicked(count));
    }

    private static Answer badParameter(String message) {
        return Answer.error(400, "bad_parameter", message);
    }

    private ApiJson.WatchedBy json(Viewer viewer) {
        boolean counted = viewer.protocol().isOneConnection();
        return new ApiJson.WatchedBy(viewers.id(viewer), viewer.stream(), viewer.protocol().label(), viewer.address(),
                viewer.client(), viewer.session().toString(), Json.time(viewer.sinceMs()),
                counted ? viewer.sentBytes() : null);
    }

    private static Answer json(Object value) {
        return new Answer(200, new String(Json.write(value), StandardCharsets.UTF_8));
    }

    private static Answer absent(String id) {
        return Answer.error(404, "viewer_not_found", "there is no viewer " + id + " at this edge");
    }
}
