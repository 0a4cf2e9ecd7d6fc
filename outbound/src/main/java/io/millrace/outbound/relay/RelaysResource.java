package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import io.millrace.tools.past.EpochPosition;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/relays} and {@code GET /api/v1/relays/NAME} on the admin port: the relays of all nodes, without
 * stream keys. Thread-safe.
 */
final class RelaysResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    /** The body of the answer. */
    private record Listing(List<Line> relays, List<Definition> definitions) {}

    /**
     * One relay of one stream.
     *
     * @param target URL without the stream name and query; null if this node has no relay of that name
     * @param position where the next owner continues; null if that is not known yet
     */
    private record Line(String name, String stream, String target, String state, String since, Place position,
            double behindSeconds, Owner owner) {}

    /**
     * A relay as it is defined.
     *
     * @param target URL without the stream name and query; placeholders in the rest have sample values
     * @param source {@code file} or {@code api}
     */
    record Definition(String name, String streams, String target, String from, String source) {
        static Definition of(RelayRule rule, boolean ofFile) {
            return new Definition(rule.name(), rule.streams().text(), rule.target().toString(),
                    rule.from().name().toLowerCase(Locale.ROOT), ofFile ? "file" : "api");
        }
    }

    /** @param lastError null if the newest session has not failed */
    private record Owner(String node, String lastError) {}

    private record Place(long epoch, long session, long offset) {}

    private final RelayTable table;
    private final Supplier<Map<RelayKey, RelayState>> recorded;
    private final Map<RelayKey, Relay> running;

    /**
     * @param recorded returns the states in the log
     * @param running the relays of this node, whose states are newer
     */
    RelaysResource(RelayTable table, Supplier<Map<RelayKey, RelayState>> recorded,
            Map<RelayKey, Relay> running) {
        this.table = table;
        this.recorded = recorded;
        this.running = running;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/relays", _ -> list()),
                AdminRoute.get("/api/v1/relays/{relay}", request -> Optional
                        .ofNullable(table.rules().get(request.named()))
                        .map(rule -> new Answer(200, json(rule, table.isOfFile(rule.name()))))
                        .orElseGet(RelaysResource::notFound)));
    }

    /** Returns the JSON of a definition, without its stream key. */
    static String json(RelayRule rule, boolean ofFile) {
        return JSON.writeValueAsString(Definition.of(rule, ofFile));
    }

    static Answer notFound() {
        return Answer.error(404, "relay_not_found", "there is no relay of that name; see /api/v1/relays");
    }

    private Answer list() {
        Map<RelayKey, RelayState> all = new TreeMap<>(
                Comparator.comparing(RelayKey::stream).thenComparing(RelayKey::relay));
        all.putAll(recorded.get());
        running.forEach((key, relay) -> all.put(key, relay.state()));
        return new Answer(200, JSON.writeValueAsString(new Listing(all.values().stream().map(this::line).toList(),
                table.sorted().stream().map(rule -> Definition.of(rule, table.isOfFile(rule.name()))).toList())));
    }

    private Line line(RelayState state) {
        RelayKey key = state.key();
        String target = Optional.ofNullable(table.rules().get(key.relay()))
                .map(rule -> new RelayTarget(rule, new StreamName(key.stream())).shown()).orElse(null);
        Place place = state.position().at().map(EpochPosition::start)
                .map(start -> new Place(state.position().epoch(), start.session(), start.offset())).orElse(null);
        return new Line(key.relay(), key.stream(), target, state.phase().name().toLowerCase(Locale.ROOT),
                TIME.format(Instant.ofEpochMilli(state.sinceMs())), place, state.behindMs() / 1_000.0,
                new Owner(state.node(), state.error()));
    }
}
