package io.millrace.outbound.relay;

import io.millrace.media.StreamName;
import io.millrace.platform.FatalError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.tools.past.DirectoryRecords;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the directory of the partitions that the consumer group assigns to this process, and runs the relays of their
 * streams. It commits nothing: each relay has its own position, and a new owner reads the directory from its beginning.
 *
 * <p>Owns the thread {@code relays}. Everything runs on it except {@link #start}, {@link #isJoined}, {@link #isRunning}
 * and {@link #close}. A failure that is not confined to one relay ends the loop and is reported to {@link FatalError}.
 */
final class RelayLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RelayLoop.class);
    private static final String GROUP = "relay";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    /** How long the relays of a partition may take to end before another process takes the partition over. */
    private static final Duration END = Duration.ofSeconds(3);
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final KafkaClients kafka;
    private final RelayTable table;
    private final Relay.Shared shared;
    /** All relays of this process, which other threads read. */
    private final Map<RelayKey, Relay> running;
    private final FatalError fatal;
    private final KafkaConsumer<String, LogRecord> consumer;
    private final StateReader states;
    private final Thread thread = Thread.ofVirtual().name("relays").unstarted(this::run);
    private final Map<Integer, Owned> owned = new TreeMap<>();
    /** The relays in force when this thread has last looked. */
    private Map<String, RelayRule> rules = Map.of();
    /** Without a heartbeat for this long, the group may have given the partitions to another process. */
    private final int sessionMs;
    /** Whether this process is a member of the group, or about to be. It is not before a relay is defined. */
    private volatile boolean member;
    private volatile boolean joined;
    private volatile boolean closing;

    /** A partition of this process. */
    private static final class Owned {
        private final StreamDirectory directory = new StreamDirectory();
        private final Set<String> changed = new HashSet<>();
        /** End of the directory's log when the partition was assigned; -1 until known. */
        private long endOffset = -1;
        /** The recorded states; null until the directory has been read to that end. */
        private Map<RelayKey, RelayState> recorded;
        /** Relays that were deleted before the recorded states were read. */
        private final Set<String> deleted = new HashSet<>();
    }

    RelayLoop(KafkaClients kafka, RelayTable table, Relay.Shared shared, Map<RelayKey, Relay> running,
            FatalError fatal) {
        this.kafka = kafka;
        this.table = table;
        this.shared = shared;
        this.running = running;
        this.fatal = fatal;
        consumer = kafka.member("relay-" + shared.node(), GROUP, Map.of(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName()));
        sessionMs = (int) kafka.groupTimes().under(kafka.settings().client())
                .get(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG);
        states = new StateReader(kafka, "relay-" + shared.node() + "-states", Timeouts.SEEKER_FETCH_MS);
    }

    void start() {
        thread.start();
    }

    /** Returns whether the group has assigned partitions, which may be none, or is not needed yet. */
    boolean isJoined() {
        return joined || !member;
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    private void run() {
        try (consumer; states) {
            while (!closing && table.rules().isEmpty()) {
                table.awaitAny(POLL);
            }
            if (!closing) {
                member = true;
                consumer.subscribe(List.of(kafka.settings().topic(Topic.STREAMS)), new Rebalance());
            }
            while (!closing) {
                step();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts this thread but the end of the process.
            Thread.currentThread().interrupt();
        } catch (WakeupException e) {
            if (!closing) {
                fatal.fatal("the relays failed", e);
            }
        } catch (RuntimeException | Error e) {
            fatal.fatal("the relays failed", e);
        } finally {
            end(Set.copyOf(owned.keySet()));
        }
    }

    private void step() {
        ConsumerRecords<String, LogRecord> records = consumer.poll(POLL);
        for (TopicPartition partition : records.partitions()) {
            Owned its = owned.get(partition.partition());
            records.records(partition)
                    .forEach(record -> its.changed.add(DirectoryRecords.apply(record, its.directory)));
        }
        if (isCutOff()) {
            suspend();
            return;
        }
        load();
        follow(table.rules());
        owned.values().stream().filter(its -> its.recorded != null).forEach(its -> {
            its.changed.forEach(stream -> changed(stream, its));
            its.changed.clear();
        });
    }

    /** Returns whether the group has not heard from this process for so long that it may count as dead. */
    private boolean isCutOff() {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
                .anyMatch(metric -> metric.getValue().metricValue() instanceof Number seconds
                        && seconds.doubleValue() * 1_000 > sessionMs);
    }

    /**
     * Ends all relays, because another process may run them already, and a target may refuse a second publisher. They
     * start again if the group answers and this process still has its partitions.
     */
    private void suspend() {
        List<Integer> loaded = owned.entrySet().stream().filter(its -> its.getValue().recorded != null)
                .map(Map.Entry::getKey).toList();
        if (loaded.isEmpty()) {
            return;
        }
        log.warn("the consumer group has not answered for {} s; the relays of partitions {} end until it does",
                sessionMs / 1_000, loaded);
        end(Set.copyOf(loaded));
        for (int partition : loaded) {
            Owned its = owned.get(partition);
            its.recorded = null;
            its.endOffset = -1;
            its.changed.addAll(its.directory.list(null, Integer.MAX_VALUE).stream().map(StreamEntry::stream).toList());
        }
    }

    /**
     * Reads the states of the relays of new partitions once their directories are complete: an older entry of a stream
     * may say that it is live. Until that succeeds, the next step repeats it.
     */
    private void load() {
        Set<Integer> loading = new HashSet<>(owned.keySet());
        loading.removeIf(partition -> owned.get(partition).recorded != null);
        try {
            if (loading.stream().anyMatch(partition -> owned.get(partition).endOffset < 0)) {
                states.ends(Topic.STREAMS, loading).forEach((partition, end) -> owned.get(partition).endOffset = end);
            }
            loading.removeIf(partition -> !isComplete(partition));
            if (!loading.isEmpty()) {
                Map<RelayKey, RelayState> recorded = states.read(loading);
                for (int partition : loading) {
                    Owned its = owned.get(partition);
                    its.recorded = new HashMap<>(recorded);
                    its.recorded.keySet().removeIf(key -> kafka.partitionOf(key.stream()) != partition);
                    Set.copyOf(its.deleted).forEach(relay -> removeStates(its, relay));
                    its.deleted.clear();
                }
            }
        } catch (TimeoutException e) {
            log.info("the states of the relays in partitions {} are not known yet: {}", loading, e.getMessage());
        }
    }

    private boolean isComplete(int partition) {
        return consumer.position(kafka.partition(Topic.STREAMS, partition), ANSWER) >= owned.get(partition).endOffset;
    }

    /** Ends the relays that were deleted or changed, and begins with those that are new. */
    private void follow(Map<String, RelayRule> next) {
        if (next == rules) {
            return;
        }
        Map<String, RelayRule> previous = rules;
        rules = next;
        List<Relay> ending = running.values().stream().filter(relay -> {
            String name = relay.state().key().relay();
            return previous.get(name) != next.get(name);
        }).toList();
        ending.stream().filter(relay -> !isWanted(relay.state().key())).forEach(Relay::discard);
        end(ending);
        ending.forEach(this::keepOrRemove);
        previous.keySet().stream().filter(name -> !next.containsKey(name)).forEach(this::deleted);
        next.keySet().stream().filter(name -> !previous.containsKey(name))
                .forEach(name -> shared.meters().gaugeBehind(name, () -> behindSeconds(name)));
        owned.values().forEach(its -> {
            its.changed.addAll(its.directory.list(null, Integer.MAX_VALUE).stream().map(StreamEntry::stream).toList());
            its.deleted.removeAll(next.keySet());
        });
    }

    private boolean isWanted(RelayKey key) {
        RelayRule rule = rules.get(key.relay());
        return rule != null && rule.matches(new StreamName(key.stream()));
    }

    /** Keeps the position of a relay that has ended, or removes it if nothing relays the stream any more. */
    private void keepOrRemove(Relay ended) {
        RelayKey key = ended.state().key();
        Owned its = owned.get(kafka.partitionOf(key.stream()));
        if (isWanted(key)) {
            its.recorded.put(key, ended.state());
        } else {
            its.recorded.remove(key);
            shared.states().remove(key);
        }
    }

    private void deleted(String relay) {
        shared.meters().removeBehind(relay);
        for (Owned its : owned.values()) {
            if (its.recorded == null) {
                its.deleted.add(relay);
            } else {
                removeStates(its, relay);
            }
        }
    }

    private void removeStates(Owned its, String relay) {
        its.recorded.keySet().removeIf(key -> {
            boolean isOf = key.relay().equals(relay);
            if (isOf) {
                shared.states().remove(key);
            }
            return isOf;
        });
    }

    private double behindSeconds(String relay) {
        return running.values().stream().map(Relay::state).filter(state -> state.key().relay().equals(relay))
                .mapToLong(RelayState::behindMs).max().orElse(0) / 1_000.0;
    }

    private void changed(String stream, Owned its) {
        if (its.directory.presence(stream) != StreamDirectory.Presence.KNOWN) {
            running.values().stream().filter(relay -> relay.state().key().stream().equals(stream)).toList()
                    .forEach(this::forget);
            return;
        }
        StreamName name = new StreamName(stream);
        for (RelayRule rule : rules.values()) {
            if (rule.matches(name)) {
                changed(new RelayTarget(rule, name), its);
            }
        }
    }

    private void changed(RelayTarget target, Owned its) {
        Relay known = running.get(target.key());
        if (known != null) {
            known.changed();
            return;
        }
        RelayState recorded = its.recorded.get(target.key());
        RelayPosition position = recorded == null ? RelayPosition.NONE : recorded.position();
        if (RelayPlan.next(target.from(), position, its.directory.history(target.key().stream()),
                System.currentTimeMillis()).isPresent()) {
            Relay relay = new Relay(target, recorded, its.directory, shared);
            running.put(target.key(), relay);
            relay.start();
        }
    }

    /** Ends the relay of a stream that has expired. */
    private void forget(Relay relay) {
        running.remove(relay.state().key());
        relay.cancel();
    }

    /** Ends the relays of partitions, and waits for their ends. */
    private void end(Set<Integer> partitions) {
        end(running.values().stream()
                .filter(relay -> partitions.contains(kafka.partitionOf(relay.state().key().stream()))).toList());
    }

    private void end(List<Relay> ending) {
        ending.forEach(this::forget);
        long deadlineNanos = System.nanoTime() + END.toNanos();
        try {
            for (Relay relay : ending) {
                relay.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            added.forEach(partition -> owned.put(partition.partition(), new Owned()));
            consumer.seekToBeginning(added);
            joined = true;
            log.info("this node runs the relays of partitions {}", owned.keySet());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            Set<Integer> partitions = Set.copyOf(revoked.stream().map(TopicPartition::partition).toList());
            end(partitions);
            partitions.forEach(owned::remove);
        }

        /** Another process has them already. */
        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            onPartitionsRevoked(lost);
        }
    }

    /** Ends all relays and leaves the group. Blocks for about 10 s at most; further calls have no effect. */
    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(CLOSE)) {
                log.warn("the relays did not end within {} s", CLOSE.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
