package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.live.Directory;
import io.millrace.platform.FatalError;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
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
 * Keeps the index of those epochs in memory that are watched here. Thread-safe.
 *
 * <p>The end of a partition is followed as soon as one of its streams is watched; what was before is read by a reader of
 * its own and put in front. Who is not asked for any more is forgotten.
 */
public final class IndexFeed implements EpochSource, AutoCloseable, Tail.Owner {
    /** Viewers ask as they like: counted by the name of the stream. */
    private static final PeerLog LOG = new PeerLog(LoggerFactory.getLogger(IndexFeed.class));
    /** Longer than the longest target duration and a held request. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    /** Between two tries to read the past. */
    private static final Duration REFILL = Duration.ofSeconds(1);

    private final KafkaClients kafka;
    private final Directory directory;
    private final ReaderPool readers;
    private final EdgeMeters meters;
    private final Map<EpochKey, FollowedEpoch> followed = new ConcurrentHashMap<>();
    /** The same, as this feed's thread has taken them over. */
    private final Map<String, Map<Long, FollowedEpoch>> byStream = new HashMap<>();
    private final List<FollowedEpoch> refill = new ArrayList<>();
    private final Tail tail;
    private long refilledNanos;

    private record EpochKey(String stream, long epoch) {}

    IndexFeed(KafkaClients kafka, String node, Directory directory, ReaderPool readers, EdgeMeters meters,
            FatalError fatal) {
        this.kafka = kafka;
        this.directory = directory;
        this.readers = readers;
        this.meters = meters;
        tail = new Tail("edge-index", kafka.reader(node + "-edge-index"), this, fatal);
    }

    void start() {
        tail.start();
    }

    boolean isAlive() {
        return tail.isAlive();
    }

    @Override
    public Watch watch(StreamEntry entry) {
        return followed.compute(new EpochKey(entry.stream(), entry.epoch()), (_, known) -> {
            FollowedEpoch epoch = known == null ? follow(entry) : known;
            epoch.watch().use(System.nanoTime());
            return epoch;
        }).watch();
    }

    private FollowedEpoch follow(StreamEntry entry) {
        var epoch = new FollowedEpoch(entry, Format.TS, Watch.unread());
        tail.execute(() -> begin(epoch));
        return epoch;
    }

    private void begin(FollowedEpoch epoch) {
        byStream.computeIfAbsent(epoch.stream(), _ -> new HashMap<>()).put(epoch.number(), epoch);
        epoch.fillTo(tail.follow(partition(epoch.stream())));
        fill(epoch);
        // It may have changed after the viewer's thread looked and before anybody would have told us.
        directory.epoch(epoch.stream(), epoch.number()).ifPresent(epoch::update);
    }

    /** The directory has something new of an epoch; called by its feed. */
    void changed(StreamEntry entry) {
        if (followed.containsKey(new EpochKey(entry.stream(), entry.epoch()))) {
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
        readers.submit(reader -> IndexStretch.read(reader, partition, epoch, fromMs, lastSegment))
                .whenComplete((stretch, failure) -> tail.execute(() -> filled(epoch, stretch, failure)));
    }

    private void filled(FollowedEpoch epoch, IndexStretch stretch, Throwable failure) {
        if (failure != null) {
            LOG.log(Level.WARN, epoch.stream(), "the index of {} could not be read, trying again", epoch.stream(),
                    failure);
            refill.add(epoch);
        } else {
            guard(epoch, () -> {
                if (!epoch.filled(stretch)) {
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
            if (epochs != null && record.value() instanceof IndexEntry entry) {
                FollowedEpoch epoch = epochs.get(entry.epoch());
                guard(epoch, () -> read(epoch, record.offset(), entry));
            } else if (epochs != null) {
                meters.dropped("undecodable", 1);
            }
        }
    }

    private void read(FollowedEpoch epoch, long offset, IndexEntry entry) {
        if (epoch.next(offset, entry) && entry.last()) {
            meters.playlistLatency(System.currentTimeMillis() * 1000 - entry.arrivalUs());
        }
    }

    /** A failure while folding one stream is that stream's alone. */
    private void guard(FollowedEpoch epoch, Runnable work) {
        if (epoch == null) {
            return;
        }
        try {
            work.run();
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            LOG.log(Level.ERROR, epoch.stream(), "the playlist of {} cannot be made", epoch.stream(), e);
            followed.values().remove(epoch);
            forget(epoch);
        }
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

    /** False for one that this thread has not taken over yet. */
    private boolean forget(FollowedEpoch epoch) {
        Map<Long, FollowedEpoch> epochs = byStream.get(epoch.stream());
        if (epochs == null || !epochs.remove(epoch.number(), epoch)) {
            return false;
        }
        if (epochs.isEmpty()) {
            byStream.remove(epoch.stream());
            int partition = kafka.partitionOf(epoch.stream());
            if (byStream.keySet().stream().noneMatch(stream -> kafka.partitionOf(stream) == partition)) {
                tail.letGo(partition(epoch.stream()));
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
