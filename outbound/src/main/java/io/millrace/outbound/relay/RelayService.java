package io.millrace.outbound.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.outbound.relay.RelayState.Phase;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The relays of one process: a member of the group that divides the streams among all relaying processes. Thread-safe. */
public final class RelayService implements AutoCloseable {
    /** Memory that one session may take: two fetches of the log, the messages in them, and what waits to be written. */
    private static final long SESSION_BYTES = 4L << 20;
    /** The sessions together may take the heap divided by this number. */
    private static final int SHARE = 4;

    private final StateWriter states;
    private final RelayLoop loop;
    private final StateFeed feed;
    private final DefinitionWriter definitions;
    private final List<AdminResource> admin;
    private final Map<RelayKey, Relay> running = new ConcurrentHashMap<>();

    private RelayService(RelaySettings settings, KafkaClients kafka, MeterRegistry registry, FatalError fatal) {
        RelayMeters meters = new RelayMeters(registry);
        meters.gaugeSending(() -> running.values().stream().filter(relay -> relay.state().phase() == Phase.SENDING)
                .count());
        RelayTable table = new RelayTable(settings.rules());
        states = new StateWriter(kafka, "relay-" + settings.node());
        int sessions = (int) Math.max(1, Runtime.getRuntime().maxMemory() / SHARE / SESSION_BYTES);
        loop = new RelayLoop(kafka, table,
                new Relay.Shared(settings.node(), kafka, states, meters, new Semaphore(sessions, true)), running,
                fatal);
        feed = new StateFeed(kafka, settings.node(), table, fatal);
        definitions = new DefinitionWriter(kafka, "relay-" + settings.node() + "-rules", table);
        admin = List.of(new RelaysResource(table, feed::states, running),
                new RelayChangesResource(table, DefinitionWriter.ANSWER, definitions::put, definitions::remove));
    }

    /**
     * Starts the relays and returns when they follow the group. The topics must exist.
     *
     * @param fatal called once if the relays fail permanently
     */
    public static RelayService start(RelaySettings settings, KafkaClients kafka, MeterRegistry registry,
            FatalError fatal) {
        RelayService service = new RelayService(settings, kafka, registry, fatal);
        service.feed.start();
        service.loop.start();
        return service;
    }

    public List<HealthCheck> checks() {
        return List.of(new HealthCheck("relays", () -> {
            if (!loop.isRunning() || !feed.isRunning()) {
                return HealthCheck.Status.down("have ended");
            }
            return loop.isJoined()
                    ? HealthCheck.Status.up("runs " + running.size() + " relays")
                    : HealthCheck.Status.down("waiting for partitions from the consumer group");
        }));
    }

    /** Returns the resources for the admin port. */
    public List<AdminResource> admin() {
        return admin;
    }

    /** Ends all relays, so that other processes take over at once. Blocks for some seconds; idempotent. */
    @Override
    public void close() {
        loop.close();
        feed.close();
        definitions.close();
        states.close();
    }
}
