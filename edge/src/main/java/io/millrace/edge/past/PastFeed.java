package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.fanout.FlvChannel;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.fanout.PacketFeed;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PastTags;
import io.millrace.edge.view.Selection;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.timeline.Tracks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads past media from {@code packets} for FLV viewers. Each viewer has at most one read in the queue, so that viewers
 * take turns, and only a few dedicated threads ever work for them. Thread-safe.
 */
public final class PastFeed implements FlvPast, AutoCloseable {
    /** Number of reading threads: half of the cores, so that others stay free for live viewers. */
    private static final int READERS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    private static final String TOO_MANY = "too many viewers of the past, try again later";

    private final KafkaClients kafka;
    private final StreamDirectory directory;
    private final PacketFeed live;
    private final EdgeMeters meters;
    private final ReaderPool readers;
    private final MomentCache moments;
    private final CutTracks tracks;
    private final Requester.One requester;
    private final PastViewers viewers;

    /**
     * @param live where viewers continue at the end of the log
     * @param ticker the clock for cache expiry
     */
    public PastFeed(KafkaClients kafka, String node, StreamDirectory directory, PacketFeed live, Ticker ticker,
            EdgeMeters meters) {
        this.kafka = kafka;
        this.directory = directory;
        this.live = live;
        this.meters = meters;
        // Records that were fetched and do not fit into a turn are fetched again, so a fetch is as large as a turn.
        readers = new ReaderPool("edge-past-packets", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-past-packets-" + i,
                        Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PastBatch.TURN_BYTES))));
        moments = new MomentCache(kafka, readers, Topic.PACKETS, ticker);
        tracks = new CutTracks(kafka, readers, ticker);
        requester = Requester.EDGE;
        viewers = new PastViewers();
    }

    /** Returns a view of the same caches for one requester. */
    private PastFeed(PastFeed shared, Requester.One requester) {
        kafka = shared.kafka;
        directory = shared.directory;
        live = shared.live;
        meters = shared.meters;
        readers = shared.readers;
        moments = shared.moments;
        tracks = shared.tracks;
        viewers = shared.viewers;
        this.requester = requester;
    }

    @Override
    public FlvPast watchedBy(Requester.One viewer) {
        return new PastFeed(this, viewer);
    }

    /** Returns whether all reading threads are running. */
    public boolean isAlive() {
        return readers.isAlive();
    }

    @Override
    public CompletionStage<Range> find(String stream, long startMs, long endMs) {
        if (viewers.isFull(requester.address())) {
            return CompletableFuture.failedFuture(new BusyException(TOO_MANY));
        }
        return find(stream, directory.history(stream), startMs, endMs);
    }

    private CompletableFuture<Range> find(String stream, List<StreamEntry> epochs, long startMs, long endMs) {
        return retained(stream, epochs, startMs, endMs).thenCompose(found -> {
            if (found.isPresent()) {
                return CompletableFuture.completedFuture(found.get());
            }
            moments.forgetFloor(stream);
            return retained(stream, epochs, startMs, endMs).thenApply(again -> again.orElseGet(Range.NotYet::new));
        });
    }

    /** Returns the range; empty if its start has expired since the retained range was last read. */
    private CompletableFuture<Optional<Range>> retained(String stream, List<StreamEntry> epochs, long startMs,
            long endMs) {
        return moments.find(epochs, startMs, requester).thenCompose(found -> {
            if (!(found instanceof Moment.At(_, IndexEntry start))) {
                return CompletableFuture.completedFuture(Optional.of(new Range.NotYet()));
            }
            Optional<Withdrawal> withdrawn = directory.withdrawals(stream).ofPacket(start.id().epoch(),
                    start.keyframe().offset());
            if (withdrawn.isPresent()) {
                return after(stream, epochs, withdrawn.get().extent().toMs(), startMs, endMs);
            }
            return start.times().programDateTimeMs() >= endMs
                    ? nothing(stream, startMs, endMs).thenApply(Optional::of)
                    : playable(stream, start, endMs);
        });
    }

    /** Looks for the range after media that is withdrawn. Each step advances, so it ends. */
    private CompletableFuture<Optional<Range>> after(String stream, List<StreamEntry> epochs, long withdrawnToMs,
            long startMs, long endMs) {
        if (withdrawnToMs >= endMs) {
            return CompletableFuture.completedFuture(Optional.of(new Range.Withdrawn()));
        }
        return withdrawnToMs <= startMs
                ? CompletableFuture.completedFuture(Optional.of(new Range.NotYet()))
                : retained(stream, epochs, withdrawnToMs, endMs);
    }

    private CompletableFuture<Moment> moment(String stream, long timeMs) {
        return moments.find(directory.history(stream), timeMs, requester);
    }

    private CompletableFuture<Optional<Range>> playable(String stream, IndexEntry start, long endMs) {
        Optional<StreamEntry> epoch = directory.epoch(stream, start.id().epoch());
        if (epoch.isEmpty()) {
            // The index and the directory are two topics.
            return CompletableFuture.completedFuture(Optional.of(new Range.NotYet()));
        }
        var keyframe = start.keyframe();
        return limit(stream, start, endMs).thenCompose(limit -> tracks.at(stream, start, requester)
                .thenCompose(found -> isRetained(stream, keyframe).thenApply(retained -> {
                    if (!retained) {
                        return Optional.empty();
                    }
                    Tracks told = found.orElseGet(() -> Tracks.of(epoch.get().session().tracks()));
                    return Optional.of(told.isEmpty()
                            ? new Range.NotYet()
                            : new Range.Playable(epoch.get(), told, keyframe, limit.orElse(null)));
                })));
    }

    private CompletableFuture<Boolean> isRetained(String stream, Keyframe keyframe) {
        return readers.submit(requester, reader -> reader.beginning(packets(stream)) <= keyframe.offset());
    }

    private TopicPartition packets(String stream) {
        return kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
    }

    /** Returns the result for a range without retained media: it has expired, or the stream had no media then. */
    private CompletableFuture<Range> nothing(String stream, long startMs, long endMs) {
        if (!directory.wasShown(stream, startMs, endMs)) {
            return CompletableFuture.completedFuture(new Range.Nothing());
        }
        return moment(stream, 0).thenApply(found -> found instanceof Moment.At(_, IndexEntry oldest)
                && oldest.times().programDateTimeMs() >= endMs && oldest.id().segment() > 0
                        ? new Range.Expired(oldest.times().programDateTimeMs())
                        : new Range.Nothing());
    }

    private CompletableFuture<Optional<PastTags.Limit>> limit(String stream, IndexEntry start, long endMs) {
        if (endMs == Long.MAX_VALUE) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return moment(stream, endMs).thenApply(found -> {
            IndexEntry near = found instanceof Moment.At(_, IndexEntry entry) ? entry : start;
            return Optional.of(new PastTags.Limit(near.keyframe().offset(), near.times().programDateTimeMs(), endMs));
        });
    }

    @Override
    public Runnable play(Range.Playable range, FlvSink sink) throws BusyException {
        if (!viewers.enter(requester.address())) {
            // Other viewers have joined since the range was found.
            throw new BusyException(TOO_MANY);
        }
        var viewer = new FlvPastViewer(range, sink, new Reading(range), meters);
        viewer.begin();
        return viewer::over;
    }

    /** The log as seen by one viewer. */
    private final class Reading implements FlvPastViewer.Source {
        private final String stream;
        private final long epoch;
        private final long endMs;

        private Reading(Range.Playable range) {
            stream = range.epoch().stream();
            epoch = range.epoch().epoch();
            endMs = range.limit() == null ? Long.MAX_VALUE : range.limit().endMs();
        }

        @Override
        public PacketRange packets(long startOffset) {
            return new PacketRange(PastFeed.this.packets(stream), stream, startOffset);
        }

        @Override
        public CompletionStage<PastBatch> read(PacketRange packets, PastTags tags, Framing framing,
                Selection selection) {
            return readers.submit(requester, reader -> PastBatch.read(reader, packets, tags, framing, selection));
        }

        @Override
        public CompletionStage<Range> left() {
            return find(stream, directory.epoch(stream, epoch).stream().toList(), PastRange.BEGINNING, endMs);
        }

        @Override
        public Withdrawals withdrawals() {
            return directory.withdrawals(stream);
        }

        @Override
        public void join(FlvChannel.Seam seam) {
            live.join(stream, seam);
        }

        @Override
        public void leave(FlvSink sink) {
            live.leave(stream, sink);
        }

        @Override
        public boolean hasEnded() {
            return directory.epoch(stream, epoch).map(entry -> entry.state() == StreamEntry.State.ENDED).orElse(true);
        }

        @Override
        public long nowMs() {
            return System.currentTimeMillis();
        }

        @Override
        public void behind() {
            viewers.reenter(requester.address());
        }

        @Override
        public void done() {
            viewers.leave(requester.address());
        }
    }

    @Override
    public void close() {
        readers.close();
    }
}
