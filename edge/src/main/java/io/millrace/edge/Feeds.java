package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.fanout.PacketFeed;
import io.millrace.edge.fanout.RingMemory;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.follow.IndexFeed;
import io.millrace.edge.http.CuesResource;
import io.millrace.edge.http.NewestResource;
import io.millrace.edge.http.NginxRtmpStat;
import io.millrace.edge.http.PosterResource;
import io.millrace.edge.http.SrsResource;
import io.millrace.edge.http.StreamsResource;
import io.millrace.edge.http.TakedownResource;
import io.millrace.edge.log.CueWriter;
import io.millrace.edge.log.DerivedParts;
import io.millrace.edge.log.DirectoryFeed;
import io.millrace.edge.log.PartReader;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.past.FlvPast;
import io.millrace.edge.past.PastFeed;
import io.millrace.edge.past.PastIndex;
import io.millrace.edge.past.PastSource;
import io.millrace.platform.FatalError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.past.RangeReader;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * The sources from which an edge reads the log, with their threads: three tails and small pools of readers. The pools
 * for past media are separate from those for live viewers. Thread-safe.
 */
public final class Feeds implements AutoCloseable {
    /** Number of threads of each pool. */
    private static final int READERS = 2;
    /**
     * The rings of tags, evicted live parts that are still being sent, and evicted past parts that are still being sent
     * may each take the direct memory divided by this number.
     */
    private static final int SHARE = 4;
    /** MPEG-TS segments that are made from CMAF may take the memory for parts divided by this number. */
    private static final int DERIVED_SHARE = 8;
    /** About the size of a segment: the records after the wanted part are usually wanted next. */
    private static final int PART_FETCH_BYTES = 512 * 1024;

    private final KafkaClients kafka;
    private final String node;
    private final StreamDirectory directory = new StreamDirectory();
    private final ReaderPool rangeReaders;
    private final ReaderPool partReaders;
    private final DirectoryFeed directoryFeed;
    private final IndexFeed index;
    private final PacketFeed packets;
    private final PastFeed flvPast;
    private final PartReader parts;
    private final DerivedParts derivedParts;
    private final ReaderPool pastReaders;
    private final ReaderPool pastPartReaders;
    private final PastIndex past;
    private final PartReader pastParts;
    private final DerivedParts pastDerivedParts;
    private final CueWriter cues;

    /** @param pastTicker the clock for the expiry of cached reads of past media */
    public Feeds(EdgeSettings settings, KafkaClients kafka, EdgeMeters meters, FatalError fatal, Ticker pastTicker) {
        this.kafka = kafka;
        node = settings.node();
        // The limit of direct memory equals that of the heap.
        long shareBytes = Runtime.getRuntime().maxMemory() / SHARE;
        rangeReaders = new ReaderPool("edge-ranges", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-ranges-" + i, Map.of())));
        partReaders = new ReaderPool("edge-parts", READERS, i -> new RangeReader(kafka.seeker(node + "-edge-parts-" + i,
                Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PART_FETCH_BYTES))));
        directoryFeed = new DirectoryFeed(kafka, node, directory, meters, fatal);
        index = new IndexFeed(kafka, node, directory, rangeReaders, meters, fatal);
        packets = new PacketFeed(kafka, node, directory, index, rangeReaders, new RingMemory(shareBytes),
                settings.flvTickNanos(), meters, fatal);
        flvPast = new PastFeed(kafka, node, directory, packets, pastTicker, meters);
        parts = new PartReader(kafka, partReaders, stored(settings.caches().partBytes()), stored(shareBytes));
        derivedParts = new DerivedParts(parts, partReaders, derived(settings.caches().partBytes()),
                derived(shareBytes));
        pastReaders = new ReaderPool("edge-past", READERS, i -> RangeReader.ofIndex(kafka, node + "-edge-past-" + i));
        pastPartReaders = new ReaderPool("edge-past-parts", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-past-parts-" + i,
                        Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PART_FETCH_BYTES))));
        past = new PastIndex(kafka, pastReaders, directory, settings.caches().pastIndexBytes(), pastTicker);
        pastParts = new PartReader(kafka, pastPartReaders, stored(settings.caches().pastPartBytes()),
                stored(shareBytes));
        pastDerivedParts = new DerivedParts(pastParts, pastPartReaders, derived(settings.caches().pastPartBytes()),
                derived(shareBytes));
        cues = new CueWriter(kafka, node);
        directoryFeed.onEntry(index::changed);
        directoryFeed.onEntry(packets::changed);
    }

    /** Returns the share of the memory for parts that is for those that are made from others. */
    private static long derived(long bytes) {
        return bytes / DERIVED_SHARE;
    }

    private static long stored(long bytes) {
        return bytes - derived(bytes);
    }

    /** Starts the tails, and blocks until the directory has been read to its end; see {@link DirectoryFeed#start}. */
    public void start() {
        index.start();
        packets.start();
        directoryFeed.start();
    }

    /** Returns the resources for the admin port that need only the log. */
    List<AdminResource> admin(Viewers viewers) {
        return List.of(new StreamsResource(directory, past, viewers),
                new TakedownResource(directory, kafka, node, InstantSource.system()),
                new CuesResource(directory, cues, InstantSource.system()),
                new NewestResource(directory, index, past, InstantSource.system()),
                new PosterResource(directory, index, parts),
                new NginxRtmpStat(directory, viewers, InstantSource.system()),
                new SrsResource(directory, viewers, InstantSource.system()));
    }

    public StreamDirectory directory() {
        return directory;
    }

    public EpochSource epochs() {
        return index;
    }

    public PartSource parts() {
        return derivedParts;
    }

    public PastSource past() {
        return past;
    }

    /** Returns the source of the same parts for requests long after they were live, with its own threads and cache. */
    public PartSource pastParts() {
        return pastDerivedParts;
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
        cues.close();
        flvPast.close();
        packets.close();
        index.close();
        directoryFeed.close();
        rangeReaders.close();
        partReaders.close();
        pastReaders.close();
        pastPartReaders.close();
        derivedParts.close();
        pastDerivedParts.close();
        parts.close();
        pastParts.close();
    }
}
