package io.millrace.ingest.session;

import io.millrace.ingest.meters.IngestMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.UserError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.LogVersion;
import io.millrace.platform.log.NodeHeartbeat;
import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.record.TimestampType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all of {@code sessions} and {@code streams} from their beginnings, and the new heartbeats in {@code nodes}, on
 * every node: passes the records of {@code sessions} and the heartbeats to listeners, and the records of
 * {@code streams} to {@link KnownNames}. Skips and counts records that it cannot decode. Owns a thread and a consumer.
 *
 * <p>Thread-safe.
 */
public final class SessionFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionFeed.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    /** Stands for the append time of a heartbeat if the topic's records carry the time of their writers. */
    public static final long UNKNOWN_MS = -1;
    /** How long it may take to read the topics to their ends. */
    private static final long START_MS = 30_000;

    private final KafkaConsumer<String, LogRecord> consumer;
    private final SessionListener listener;
    private final KnownNames names;
    private final ObjLongConsumer<NodeHeartbeat> onHeartbeat;
    private final String streamsTopic;
    private final TopicPartition heartbeats;
    private final IngestMeters meters;
    private final FatalError fatal;
    private final List<TopicPartition> partitions;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean closed;

    private SessionFeed(KafkaClients kafka, String clientId, SessionListener listener, KnownNames names,
            ObjLongConsumer<NodeHeartbeat> onHeartbeat, IngestMeters meters, FatalError fatal) {
        this.meters = meters;
        this.listener = listener;
        this.names = names;
        this.onHeartbeat = onHeartbeat;
        this.heartbeats = kafka.partition(Topic.NODES, NodeHeartbeat.PARTITION);
        this.fatal = fatal;
        this.streamsTopic = kafka.settings().topic(Topic.STREAMS);
        this.partitions = IntStream.range(0, kafka.settings().partitions()).boxed()
                .flatMap(p -> Stream.of(kafka.partition(Topic.SESSIONS, p), kafka.partition(Topic.STREAMS, p)))
                .toList();
        this.consumer = kafka.quietReader(clientId);
        this.thread = Thread.ofPlatform().name(clientId).daemon().unstarted(this::run);
    }

    /**
     * Starts the feed. Blocks until all records that {@code sessions} and {@code streams} contained at the start have
     * been passed on.
     *
     * @param onHeartbeat called with each new heartbeat and the leader's clock when the heartbeat was appended, in ms
     *        since 1970, or {@link #UNKNOWN_MS}
     * @throws UserError if the topics have not been read within 30 s
     */
    public static SessionFeed start(KafkaClients kafka, String clientId, SessionListener listener, KnownNames names,
            ObjLongConsumer<NodeHeartbeat> onHeartbeat, IngestMeters meters, FatalError fatal) {
        var feed = new SessionFeed(kafka, clientId, listener, names, onHeartbeat, meters, fatal);
        feed.thread.start();
        try {
            if (feed.caughtUp.await(START_MS, TimeUnit.MILLISECONDS)) {
                return feed;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        feed.close();
        throw new UserError("cannot read topics " + kafka.settings().topic(Topic.SESSIONS) + " and "
                + feed.streamsTopic + " to their ends in " + START_MS
                + " ms; check that every partition of them has a leader");
    }

    /** Returns whether the feed is running. */
    public boolean isRunning() {
        return thread.isAlive() && !closed;
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        Threads.join(thread);
    }

    private void run() {
        try (var _ = KafkaClients.closing(consumer)) {
            consumer.assign(Stream.concat(partitions.stream(), Stream.of(heartbeats)).toList());
            consumer.seekToEnd(List.of(heartbeats));
            Map<TopicPartition, Long> behind = ends();
            while (!closed) {
                behind.entrySet().removeIf(e -> hasRead(e.getKey(), e.getValue()));
                if (behind.isEmpty()) {
                    caughtUp.countDown();
                }
                consumer.poll(POLL).forEach(this::read);
            }
        } catch (WakeupException e) {
            if (!closed) {
                fatal.fatal("the reader of sessions was woken without a reason", e);
            }
        } catch (RuntimeException e) {
            fatal.fatal("the reader of sessions failed", e);
        }
    }

    private boolean hasRead(TopicPartition partition, long end) {
        try {
            return consumer.position(partition, POLL) >= end;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private Map<TopicPartition, Long> ends() {
        while (true) {
            try {
                return new HashMap<>(consumer.endOffsets(partitions));
            } catch (TimeoutException e) {
                if (closed) {
                    return Map.of();
                }
            }
        }
    }

    private void read(ConsumerRecord<String, LogRecord> record) {
        if (record.topic().equals(streamsTopic)) {
            readDirectory(record);
            return;
        }
        if (record.topic().equals(heartbeats.topic())) {
            if (record.value() instanceof NodeHeartbeat heartbeat) {
                onHeartbeat.accept(heartbeat, appendedAtMs(record));
            }
            return;
        }
        switch (SessionsRecord.of(record.key(), record.value())) {
            case SessionsRecord.Notice(SessionNotice notice) -> listener.onNotice(notice, caughtUp.getCount() > 0);
            case SessionsRecord.Tombstone(String stream, long session) -> listener.onTombstone(stream, session);
            case SessionsRecord.Unreadable(String why) -> skip(record, why);
        }
    }

    private static long appendedAtMs(ConsumerRecord<String, LogRecord> record) {
        return record.timestampType() == TimestampType.LOG_APPEND_TIME ? record.timestamp() : UNKNOWN_MS;
    }

    private void readDirectory(ConsumerRecord<String, LogRecord> record) {
        if (record.value() instanceof LogVersion) {
            return;
        }
        if (record.value() instanceof StreamEntry entry) {
            names.onEntry(entry, record.offset());
            return;
        }
        if (record.value() instanceof StreamExpiry expiry) {
            names.onExpiry(expiry);
            return;
        }
        if (record.value() instanceof Withdrawal withdrawal) {
            names.onWithdrawal(withdrawal);
            return;
        }
        Optional<Withdrawal.Key> restored = Withdrawal.Key.parse(record.key());
        if (record.value() == null && restored.isPresent()) {
            names.onRestored(restored.get());
            return;
        }
        try {
            StreamKey key = StreamKey.parse(record.key());
            if (record.value() != null) {
                skip(record, "no entry of the directory");
            } else if (key.isOfStream()) {
                names.onExpiryGone(key.stream());
            } else {
                names.onTombstone(key.stream(), key.number());
            }
        } catch (IllegalArgumentException e) {
            skip(record, e.getMessage());
        }
    }

    private void skip(ConsumerRecord<String, LogRecord> record, String why) {
        meters.dropped(IngestMeters.Drop.UNDECODABLE);
        LOG.warn("skipped {}-{}@{}: {}", record.topic(), record.partition(), record.offset(), why);
    }
}
