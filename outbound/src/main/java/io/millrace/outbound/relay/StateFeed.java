package io.millrace.outbound.relay;

import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Timeouts;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Follows the states of the relays of all nodes, and the relays of the API. Owns the thread {@code relay-states}; thread-safe. */
final class StateFeed implements AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final StateReader reader;
    private final RelayTable table;
    private final FatalError fatal;
    private final Map<RelayKey, RelayState> states = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofVirtual().name("relay-states").unstarted(this::run);
    private volatile boolean closing;

    StateFeed(KafkaClients kafka, String node, RelayTable table, FatalError fatal) {
        reader = new StateReader(kafka, "relay-" + node + "-feed", Timeouts.QUIET_FETCH_MS);
        this.table = table;
        this.fatal = fatal;
    }

    void start() {
        thread.start();
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    /** Returns the newest states that have been read. */
    Map<RelayKey, RelayState> states() {
        return Map.copyOf(states);
    }

    private void run() {
        try (reader) {
            reader.assignAll();
            while (!closing) {
                reader.follow(states, table);
            }
        } catch (InterruptException _) {
            boolean _ = Thread.interrupted();
        } catch (KafkaException e) {
            fatal.fatal("the states of the relays cannot be read", e);
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            boolean _ = thread.getState() == Thread.State.NEW || thread.join(CLOSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
