package io.millrace.outbound.relay;

import io.millrace.platform.log.UnreadableStateException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relays that are defined: those of this node's file, and those of the API, which are records. If both define a
 * name, the file counts. Thread-safe.
 */
final class RelayTable {
    private static final Logger log = LoggerFactory.getLogger(RelayTable.class);

    private final Map<String, RelayRule> ofFile = new TreeMap<>();
    private final Map<String, RelayDefinition> stored = new HashMap<>();
    /** Replaced by every change. */
    private volatile Map<String, RelayRule> rules;
    /** Offset after the newest record that was read; -1 until all records of the start are. */
    private long read = -1;

    RelayTable(Collection<RelayRule> file) {
        file.forEach(rule -> ofFile.put(rule.name(), rule));
        rules = Map.copyOf(ofFile);
    }

    /**
     * Returns the relays in force by name: always the same map until a relay changes, and the same rule until that
     * relay changes.
     */
    Map<String, RelayRule> rules() {
        return rules;
    }

    boolean isOfFile(String name) {
        return ofFile.containsKey(name);
    }

    /** Returns a definition of the API; empty if there is none. */
    synchronized Optional<RelayDefinition> stored(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    /** Returns the number of definitions of the API. */
    synchronized int storedCount() {
        return stored.size();
    }

    /** Takes a record of the API's definitions. A record that cannot be read leaves the relay as it is. */
    synchronized void apply(String name, byte[] value) {
        try {
            if (value == null) {
                change(name, null, null);
                return;
            }
            RelayDefinition definition = RelayDefinition.decode(value);
            if (!definition.equals(stored.get(name))) {
                change(name, definition, definition.rule());
            }
        } catch (UnreadableStateException | IllegalArgumentException e) {
            log.warn("cannot read the definition of relay {}, which stays as it was: {}; are newer nodes running?",
                    name, e.toString());
        }
    }

    private void change(String name, RelayDefinition definition, RelayRule rule) {
        if (definition == null) {
            stored.remove(name);
        } else {
            stored.put(name, definition);
        }
        if (isOfFile(name)) {
            log.warn("relay {} is defined by the API and by the file of --relays, which counts on this node", name);
            return;
        }
        Map<String, RelayRule> next = new HashMap<>(rules);
        if (rule == null) {
            next.remove(name);
        } else {
            next.put(name, rule);
        }
        rules = Map.copyOf(next);
        notifyAll();
    }

    /** Records that everything before an offset has been applied. */
    synchronized void readTo(long offset) {
        if (offset > read) {
            read = offset;
            notifyAll();
        }
    }

    /** Returns whether the definitions that were there at the start are known. */
    synchronized boolean isRead() {
        return read >= 0;
    }

    /** Waits until everything before an offset has been applied. */
    synchronized void awaitRead(long offset, Duration limit) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        long leftNanos = limit.toNanos();
        while (read < offset && leftNanos > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
            leftNanos = deadlineNanos - System.nanoTime();
        }
    }

    /** Waits until a relay is defined. */
    synchronized void awaitAny(Duration limit) throws InterruptedException {
        if (rules.isEmpty()) {
            wait(limit.toMillis());
        }
    }

    /** Returns all relays, sorted by name. */
    List<RelayRule> sorted() {
        return List.copyOf(new TreeMap<>(rules).values());
    }
}
