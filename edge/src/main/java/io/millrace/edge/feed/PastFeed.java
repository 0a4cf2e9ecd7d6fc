package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.EdgeMeters;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.Keyframe;
import io.millrace.edge.live.PastTags;
import io.millrace.edge.live.Selection;
import io.millrace.edge.live.Tracks;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.RangeReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the past of {@code packets} for those who watch it by FLV. Each viewer has one read in the queue at most, so they
 * take turns, and a few threads of their own are all that they ever keep busy. Thread-safe.
 */
final class PastFeed implements FlvPast, AutoCloseable {
    /** A core stays free for those who watch live. */
    private static final int READERS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    /** More viewers of the past than this at one time are told to come again. */
    private static final int VIEWER_LIMIT = ReaderPool.WAITING_LIMIT / 2;
    /** Of one address so many; the next is told to come again. */
    private static final int VIEWERS_OF_ADDRESS_LIMIT = VIEWER_LIMIT / 8;
    private static final String TOO_MANY = "too many watch the past already";
    /** A cut is written a little after its packets. */
    private static final long SLACK_MS = 5_000;
    /** So much of {@code segments} is read for the configurations at a keyframe; then the directory's have to do. */
    private static final int CUTS_LIMIT_BYTES = 4 << 20;

    private final KafkaClients kafka;
    private final Directory directory;
    private final PacketFeed live;
    private final EdgeMeters meters;
    private final ReaderPool readers;
    private final MomentCells moments;
    private final Asker asker;
    private final PastViewers viewers;

    PastFeed(KafkaClients kafka, String node, Directory directory, PacketFeed live, Ticker ticker,
            EdgeMeters meters) {
        this.kafka = kafka;
        this.directory = directory;
        this.live = live;
        this.meters = meters;
        // What is fetched and does not fit into a turn is fetched again.
        readers = new ReaderPool("edge-past-packets", READERS,
                i -> new RangeReader(kafka.seeker(node + "-edge-past-packets-" + i,
                        Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PastBatch.TURN_BYTES))));
        moments = new MomentCells(kafka, readers, Topic.PACKETS, ticker);
        asker = Asker.EDGE;
        viewers = new PastViewers(VIEWER_LIMIT, VIEWERS_OF_ADDRESS_LIMIT);
    }

    /** The same, with all that is kept, for one asker. */
    private PastFeed(PastFeed shared, Asker asker) {
        kafka = shared.kafka;
        directory = shared.directory;
        live = shared.live;
        meters = shared.meters;
        readers = shared.readers;
        moments = shared.moments;
        viewers = shared.viewers;
        this.asker = asker;
    }

    @Override
    public FlvPast watchedBy(Asker who) {
        return new PastFeed(this, who);
    }

    boolean isAlive() {
        return readers.isAlive();
    }

    @Override
    public CompletionStage<Range> find(String stream, long startMs, long endMs) {
        if (viewers.isFull(asker.address())) {
            return CompletableFuture.failedFuture(new BusyException(TOO_MANY));
        }
        return retained(stream, startMs, endMs).thenCompose(found -> {
            if (found.isPresent()) {
                return CompletableFuture.completedFuture(found.get());
            }
            moments.forgetFloor(stream);
            return retained(stream, startMs, endMs).thenApply(again -> again.orElseGet(Range.NotYet::new));
        });
    }

    /** The range; empty if its start has expired since it was last asked what is retained. */
    private CompletableFuture<Optional<Range>> retained(String stream, long startMs, long endMs) {
        return moment(stream, startMs).thenCompose(found -> {
            if (!(found instanceof Moment.At(_, IndexEntry start))) {
                return CompletableFuture.completedFuture(Optional.of(new Range.NotYet()));
            }
            return start.programDateTimeMs() >= endMs
                    ? nothing(stream, startMs, endMs).thenApply(Optional::of)
                    : playable(stream, start, endMs);
        });
    }

    private CompletableFuture<Moment> moment(String stream, long timeMs) {
        return moments.find(directory.history(stream), timeMs, asker);
    }

    private CompletableFuture<Optional<Range>> playable(String stream, IndexEntry start, long endMs) {
        Optional<StreamEntry> epoch = directory.epoch(stream, start.epoch());
        if (epoch.isEmpty()) {
            // The index and the directory are two topics.
            return CompletableFuture.completedFuture(Optional.of(new Range.NotYet()));
        }
        var keyframe = new Keyframe(start.session(), start.keyframeOffset(), start.timestampOffsetMs());
        return limit(stream, start, endMs)
                .thenCompose(limit -> readers.submit(asker, reader -> {
                    if (reader.beginning(packets(stream)) > keyframe.offset()) {
                        return Optional.empty();
                    }
                    Tracks tracks = tracks(reader, stream, start).orElseGet(() -> Tracks.of(epoch.get().tracks()));
                    return Optional.of(tracks.isEmpty()
                            ? new Range.NotYet()
                            : new Range.Playable(epoch.get(), tracks, keyframe, limit.orElse(null)));
                }));
    }

    private TopicPartition packets(String stream) {
        return kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
    }

    /** The range begins behind its end: what was asked for has expired, or there was nothing then. */
    private CompletableFuture<Range> nothing(String stream, long startMs, long endMs) {
        if (!directory.wasShown(stream, startMs, endMs)) {
            return CompletableFuture.completedFuture(new Range.Nothing());
        }
        return moment(stream, 0).thenApply(found -> found instanceof Moment.At(_, IndexEntry oldest)
                && oldest.programDateTimeMs() >= endMs && oldest.segment() > 0
                        ? new Range.Expired(oldest.programDateTimeMs())
                        : new Range.Nothing());
    }

    private CompletableFuture<Optional<PastTags.Limit>> limit(String stream, IndexEntry start, long endMs) {
        if (endMs == Long.MAX_VALUE) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return moment(stream, endMs).thenApply(found -> {
            IndexEntry near = found instanceof Moment.At(_, IndexEntry entry) ? entry : start;
            return Optional.of(new PastTags.Limit(near.keyframeOffset(), near.programDateTimeMs(), endMs));
        });
    }

    /** The configurations in force at a keyframe: the cuts have them by value. */
    private Optional<Tracks> tracks(RangeReader reader, String stream, IndexEntry at) {
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(stream));
        long from = reader.offsetAt(segments, at.arrivalUs() / 1000 - at.targetDurationS() * 2_000L - SLACK_MS);
        List<Cut.SegmentHead> found = new ArrayList<>(1);
        long[] readBytes = {0};
        reader.read(segments, from, reader.end(segments), record -> {
            readBytes[0] += Math.max(0, record.serializedValueSize());
            if (readBytes[0] > CUTS_LIMIT_BYTES) {
                return false;
            }
            if (!stream.equals(record.key()) || !(record.value() instanceof Cut cut) || cut.epoch() < at.epoch()) {
                return true;
            }
            if (cut.epoch() == at.epoch() && cut.segment() == at.segment() && cut.head() != null) {
                found.add(cut.head());
            }
            return found.isEmpty() && cut.epoch() == at.epoch() && cut.segment() <= at.segment();
        });
        return found.stream().map(PastFeed::tracks).findFirst();
    }

    private static Tracks tracks(Cut.SegmentHead head) {
        List<StreamEntry.Track> tracks = new ArrayList<>(2);
        add(tracks, Packet.Kind.VIDEO, head.videoCodec(), head.videoConfig());
        add(tracks, Packet.Kind.AUDIO, head.audioCodec(), head.audioConfig());
        return Tracks.of(tracks);
    }

    private static void add(List<StreamEntry.Track> tracks, Packet.Kind kind, String codec, ByteBuffer config) {
        if (codec != null) {
            tracks.add(new StreamEntry.Track(0, kind, codec, config));
        }
    }

    @Override
    public Runnable play(Range.Playable range, FlvSink sink) throws BusyException {
        if (!viewers.enter(asker.address())) {
            // Others have come since the range was found.
            throw new BusyException(TOO_MANY);
        }
        var viewer = new FlvPastViewer(range, sink, new Reading(range.epoch()), meters);
        viewer.begin();
        return viewer::over;
    }

    /** The log for one viewer. */
    private final class Reading implements FlvPastViewer.Source {
        private final String stream;
        private final long epoch;

        private Reading(StreamEntry epoch) {
            this.stream = epoch.stream();
            this.epoch = epoch.epoch();
        }

        @Override
        public CompletionStage<PastBatch> read(PastTags tags, long from, Framing framing, Selection selection) {
            return readers.submit(reading(), reader -> PastBatch.read(reader, packets(stream), stream, tags, from,
                    framing, selection));
        }

        /** A viewer that has left ends by itself. */
        private Asker reading() {
            return new Asker(asker.address(), () -> false);
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
            viewers.reenter(asker.address());
        }

        @Override
        public void done() {
            viewers.leave(asker.address());
        }
    }

    @Override
    public void close() {
        readers.close();
    }
}
