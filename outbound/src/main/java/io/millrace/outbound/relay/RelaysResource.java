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
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** {@code GET /api/v1/relays} on the admin port: the relays of all nodes, without stream keys. Thread-safe. */
final class RelaysResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX")
            .withZone(ZoneOffset.UTC);

    /** The body of the answer. */
    private record Listing(List<Line> relays) {}

    /**
     * One relay of one stream.
     *
     * @param target URL without the stream name and query; null if this node has no relay of that name
     * @param position where the next owner continues; null if that is not known yet
     */
    private record Line(String name, String stream, String target, String state, String since, Place position,
            double behindSeconds, Owner owner) {}

    /** @param lastError null if the newest session has not failed */
    private record Owner(String node, String lastError) {}

    private record Place(long epoch, long session, long offset) {}

    private final List<RelayRule> rules;
    private final Supplier<Map<RelayKey, RelayState>> recorded;
    private final Map<RelayKey, Relay> running;

    /**
     * @param recorded returns the states in the log
     * @param running the relays of this node, whose states are newer
     */
    RelaysResource(List<RelayRule> rules, Supplier<Map<RelayKey, RelayState>> recorded,
            Map<RelayKey, Relay> running) {
        this.rules = rules;
        this.recorded = recorded;
        this.running = running;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/relays", _ -> list()));
    }

    private Answer list() {
        Map<RelayKey, RelayState> all = new TreeMap<>(
                Comparator.comparing(RelayKey::stream).thenComparing(RelayKey::relay));
        all.putAll(recorded.get());
        running.forEach((key, relay) -> all.put(key, relay.state()));
        return new Answer(200, JSON.writeValueAsString(new Listing(all.values().stream().map(this::line).toList())));
    }

    private Line line(RelayState state) {
        RelayKey key = state.key();
        String target = rules.stream().filter(rule -> rule.name().equals(key.relay())).findFirst()
                .map(rule -> new RelayTarget(rule, new StreamName(key.stream())).shown()).orElse(null);
        Place place = state.position().at().map(EpochPosition::start)
                .map(start -> new Place(state.position().epoch(), start.session(), start.offset())).orElse(null);
        return new Line(key.relay(), key.stream(), target, state.phase().name().toLowerCase(Locale.ROOT),
                TIME.format(Instant.ofEpochMilli(state.sinceMs())), place, state.behindMs() / 1_000.0,
                new Owner(state.node(), state.error()));
    }
}
