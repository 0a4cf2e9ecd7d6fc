package io.millrace.edge.follow;

import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Tail;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.FatalError;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.PeerLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps the index of those epochs in memory that clients of this edge request. Thread-safe: calls of other threads are
 * passed to the thread of the tail ({@code edge-index}), which owns all followed epochs.
 *
 * <p>A partition is followed from its end while one of its streams is requested. When an epoch is requested first, a
 * separate reader reads its older records ({@link IndexBackfill}), which are folded before those that arrived
 * meanwhile. Epochs that are no longer requested are dropped.
 */
public final class IndexFeed implements EpochSource, AutoCloseable, Tail.Owner {
    /** Rate-limited by stream name, since clients trigger these lines. */
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(IndexFeed.class));
    /** An epoch is dropped this long after its last request. Longer than any target duration or held request. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    /** Shortest time between attempts to read older records after a failure. */
    private static final Duration REFILL = Duration.ofSeconds(1);

    private final KafkaClients kafka;
    private final StreamDirectory directory;
    private final ReaderPool readers;
    private final EdgeMeters meters;
    /** All followed epochs, readable by any thread. */
    private final Map<EpochKey, FollowedEpoch> followed = new ConcurrentHashMap<>();
    /** The same by stream and epoch number; owned by the tail's thread, which adds them a little later. */
    private final Map<String, Map<Long, FollowedEpoch>> byStream = new HashMap<>();
    /** Epochs whose older records could not be read. */
    private final List<FollowedEpoch> refill = new ArrayList<>();
    private final Tail tail;
    /** When reads were last attempted again, as {@link System#nanoTime}. */
    private long refilledNanos;

    private record EpochKey(String stream, EpochName epoch) {}

    /** @param node this process's id, part of Kafka client ids */
    public IndexFeed(KafkaClients kafka, String node, StreamDirectory directory, ReaderPool readers, EdgeMeters meters,
            FatalError fatal) {
        this.kafka = kafka;
        this.directory = directory;
        this.readers = readers;
        this.meters = meters;
        tail = new Tail("edge-index", kafka.reader(node + "-edge-index"), kafka.reader(node + "-edge-index-ends"), this,
                fatal);
    }

    /** Starts the tail's thread. Call once. */
    public void start() {
        tail.start();
    }

    /** Returns whether the tail's thread is running. */
    public boolean isAlive() {
        return tail.isAlive();
    }

    @Override
    public Watch watch(StreamEntry entry) {
        return followed.compute(new EpochKey(entry.stream(), entry.name()), (_, known) -> {
            FollowedEpoch epoch = known == null ? follow(entry) : known;
            epoch.watch().use(System.nanoTime());
            return epoch;
        }).watch();
    }

    private FollowedEpoch follow(StreamEntry entry) {
        var epoch = new FollowedEpoch(entry, Watch.unread(), () -> directory.withdrawals(entry.stream()));
        tail.execute(() -> begin(epoch));
        return epoch;
    }

    private void begin(FollowedEpoch epoch) {
        byStream.computeIfAbsent(epoch.stream(), _ -> new HashMap<>()).put(epoch.number(), epoch);
        epoch.fillTo(tail.follow(partition(epoch.stream())));
        fill(epoch);
        // The directory may have changed after the viewer's thread read it and before this feed listens for changes.
        directory.epoch(epoch.stream(), epoch.number()).ifPresent(epoch::update);
    }

    /** Called by the directory's feed when an epoch has changed. */
    public void changed(StreamEntry entry) {
        if (followed.containsKey(new EpochKey(entry.stream(), entry.name()))) {
            tail.execute(() -> {
                FollowedEpoch epoch = byStream.getOrDefault(entry.stream(), Map.of()).get(entry.epoch());
                if (epoch != null) {
                    epoch.update(entry);
                }
            });
        }
    }

    private void fill(FollowedEpoch epoch) {
        TopicPartition partition = partition(epoch.stream());
        long fromMs = epoch.fillFromMs(System.currentTimeMillis());
        long lastSegment = epoch.lastSegment();
        readers.submit(reader -> IndexBackfill.read(reader, partition, epoch, fromMs, lastSegment))
                .whenComplete((backfill, failure) -> tail.execute(() -> filled(epoch, backfill, failure)));
    }

    private void filled(FollowedEpoch epoch, IndexBackfill backfill, Throwable failure) {
        if (failure != null) {
            LOG.log(Level.WARN, epoch.stream(), "the index of {} could not be read, trying again", epoch.stream(),
                    failure);
            refill.add(epoch);
        } else {
            guard(epoch, () -> {
                if (!epoch.filled(backfill)) {
                    fill(epoch);
                }
            });
        }
    }

    private void refill(long nowNanos) {
        if (!refill.isEmpty() && nowNanos - refilledNanos > REFILL.toNanos()) {
            refilledNanos = nowNanos;
            List<FollowedEpoch> again = List.copyOf(refill);
            refill.clear();
            again.forEach(this::fill);
        }
    }

    @Override
    public void records(List<ConsumerRecord<String, LogRecord>> records) {
        for (ConsumerRecord<String, LogRecord> record : records) {
            Map<Long, FollowedEpoch> epochs = byStream.get(record.key());
            if (epochs != null && record.value() instanceof IndexRecord next) {
                // A copy, because a failure removes its epoch.
                List.copyOf(epochs.values()).forEach(epoch -> guard(epoch, () -> read(epoch, record.offset(), next)));
            } else if (epochs != null) {
                meters.dropped("undecodable", 1);
            }
        }
    }

    /**
     * Drops the epochs of the partition. The next request follows them again, from the records that the index has now.
     */
    @Override
    public void lost(TopicPartition partition) {
        List<FollowedEpoch> epochs = byStream.values().stream().flatMap(some -> some.values().stream())
                .filter(epoch -> partition(epoch.stream()).equals(partition)).toList();
        epochs.forEach(this::drop);
    }

    private void read(FollowedEpoch epoch, long offset, IndexRecord next) {
        boolean news = epoch.next(offset, next);
        if (news && next instanceof IndexedPart part && part.epoch() == epoch.number()) {
            long micros = System.currentTimeMillis() * 1000 - part.times().arrivalUs();
            if (part.last()) {
                meters.playlistLatency(micros);
            }
            if (part.rendition().format() == Format.CMAF) {
                meters.partLatency(micros);
            }
        }
    }

    /** Runs {@code work}. If it fails, only this epoch is dropped. */
    private void guard(FollowedEpoch epoch, Runnable work) {
        try {
            work.run();
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            LOG.log(Level.ERROR, epoch.stream(), "the playlist of {} cannot be made", epoch.stream(), e);
            drop(epoch);
        }
    }

    private void drop(FollowedEpoch epoch) {
        followed.values().remove(epoch);
        refill.remove(epoch);
        forget(epoch);
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        refill(now);
        long nowMs = System.currentTimeMillis();
        byStream.values().forEach(epochs -> epochs.values().forEach(epoch -> epoch.endIfLate(nowMs)));
        followed.forEach((key, _) -> followed.computeIfPresent(key,
                (_, epoch) -> epoch.watch().isIdle(now, IDLE.toNanos()) && forget(epoch) ? null : epoch));
    }

    /**
     * Removes an epoch from {@link #byStream}. Returns false if it is not there, perhaps because it is to be added yet.
     */
    private boolean forget(FollowedEpoch epoch) {
        Map<Long, FollowedEpoch> epochs = byStream.get(epoch.stream());
        if (epochs == null || !epochs.remove(epoch.number(), epoch)) {
            return false;
        }
        if (epochs.isEmpty()) {
            byStream.remove(epoch.stream());
            int partition = kafka.partitionOf(epoch.stream());
            if (byStream.keySet().stream().noneMatch(stream -> kafka.partitionOf(stream) == partition)) {
                tail.unfollow(partition(epoch.stream()));
            }
        }
        return true;
    }

    private TopicPartition partition(String stream) {
        return kafka.partition(Topic.INDEX, kafka.partitionOf(stream));
    }

    @Override
    public void close() {
        tail.close();
    }
}
