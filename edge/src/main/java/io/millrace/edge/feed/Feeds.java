package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.EdgeMeters;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.live.Directory;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.past.RangeReader;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * All that an edge reads of the log, and the threads that do: three tails, and small pools of readers, those of the past
 * apart from those of the present.
 */
public final class Feeds implements AutoCloseable {
    private static final int READERS = 2;
    /** Of the memory, for parts that were evicted while they are sent; live and past each. */
    private static final int SENDING_SHARE = 4;
    /** About what a segment has: what is read beyond the wanted part is mostly wanted next. */
    private static final int PART_FETCH_BYTES = 512 * 1024;

    private final Directory directory = new Directory();
    private final ReaderPool rangeReaders;
    private final ReaderPool partReaders;
    private final DirectoryFeed directoryFeed;
    private final IndexFeed index;
    private final PacketFeed packets;
    private final PastFeed flvPast;
    private final PartReader parts;
    private final ReaderPool pastReaders;
    private final ReaderPool pastPartReaders;
    private final PastIndex past;
    private final PartReader pastParts;

    /** @param pastTicker by whose time what was read of the past is kept */
    public Feeds(EdgeSettings settings, KafkaClients kafka, EdgeMeters meters, FatalError fatal, Ticker pastTicker) {
        String node = settings.node();
        // Off the heap there is as much as on it.
        long sendingBytes = Runtime.getRuntime().maxMemory() / SENDING_SHARE;
        rangeReaders = new ReaderPool("edge-ranges", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-ranges-" + i, Map.of())));
        partReaders = new ReaderPool("edge-parts", READERS, i -> new RangeReader(kafka.seeker(node + "-edge-parts-" + i,
                Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PART_FETCH_BYTES))));
        directoryFeed = new DirectoryFeed(kafka, node, directory, meters, fatal);
        index = new IndexFeed(kafka, node, directory, rangeReaders, meters, fatal);
        packets = new PacketFeed(kafka, node, directory, index, rangeReaders, settings.flvTickNanos(), meters, fatal);
        flvPast = new PastFeed(kafka, node, directory, packets, pastTicker, meters);
        parts = new PartReader(kafka, partReaders, settings.partCacheBytes(), sendingBytes);
        pastReaders = new ReaderPool("edge-past", READERS, i -> RangeReader.ofIndex(kafka, node + "-edge-past-" + i));
        pastPartReaders = new ReaderPool("edge-past-parts", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-past-parts-" + i,
                        Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PART_FETCH_BYTES))));
        past = new PastIndex(kafka, pastReaders, directory, settings.pastIndexBytes(), pastTicker);
        pastParts = new PartReader(kafka, pastPartReaders, settings.pastPartCacheBytes(), sendingBytes);
        directoryFeed.onEntry(index::changed);
        directoryFeed.onEntry(packets::changed);
    }

    /** Returns when the directory has been read to its end. */
    public void start() {
        index.start();
        packets.start();
        directoryFeed.start();
    }

    public Directory directory() {
        return directory;
    }

    public EpochSource epochs() {
        return index;
    }

    public PartSource parts() {
        return parts;
    }

    public PastSource past() {
        return past;
    }

    /** Media that are asked for long after they were live. */
    public PartSource pastParts() {
        return pastParts;
    }

    public FlvSource flv() {
        return packets;
    }

    public FlvPast flvPast() {
        return flvPast;
    }

    public List<HealthCheck> checks() {
        return List.of(check("edge_directory", directoryFeed::isAlive), check("edge_index", index::isAlive),
                check("edge_packets", packets::isAlive),
                check("edge_readers", () -> rangeReaders.isAlive() && partReaders.isAlive()),
                check("edge_past", () -> pastReaders.isAlive() && pastPartReaders.isAlive() && flvPast.isAlive()));
    }

    private static HealthCheck check(String name, BooleanSupplier alive) {
        return new HealthCheck(name, () -> alive.getAsBoolean()
                ? HealthCheck.Status.up("reads the log")
                : HealthCheck.Status.down("its thread has ended"));
    }

    @Override
    public void close() {
        flvPast.close();
        packets.close();
        index.close();
        directoryFeed.close();
        rangeReaders.close();
        partReaders.close();
        pastReaders.close();
        pastPartReaders.close();
        parts.close();
        pastParts.close();
    }
}
