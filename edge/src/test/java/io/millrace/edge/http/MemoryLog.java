package io.millrace.edge.http;

import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.log.Requester;
import io.millrace.edge.past.FlvPast;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.view.EpochPlaylists;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.testkit.Records;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

/** A log in memory: one epoch per stream; parts below {@link #PARTS_BEGIN} have expired. */
final class MemoryLog implements EpochSource, PartSource, PastSource, FlvSource, FlvPast {
    static final long PARTS_BEGIN = 1000;
    /** A stream with too many waiting reads of its past. */
    static final String BUSY = "live/busy";

    /** A stream whose parts are not read in time. */
    static final String SILENT = "live/silent";
    /** A stream for which reading parts has a bug. */
    static final String BROKEN = "live/broken";

    private final Map<String, Watch> watches = new ConcurrentHashMap<>();
    private final Map<String, EpochPlaylists> playlists = new ConcurrentHashMap<>();
    final List<FlvSink> sinks = new CopyOnWriteArrayList<>();
    /** Streams that FLV viewers joined. */
    final List<String> joined = new CopyOnWriteArrayList<>();
    /** Addresses for which parts were read. */
    final Set<String> readers = ConcurrentHashMap.newKeySet();
    /** Streams whose playlists were requested. */
    final Set<String> watched = ConcurrentHashMap.newKeySet();

    /** Segments of two parts of 10 bytes each, from {@link #PARTS_BEGIN} on. */
    void segments(StreamEntry epoch, long first, long last) {
        EpochPlaylists playlist = playlists(epoch);
        for (long n = first; n <= last; n++) {
            playlist.fold(Records.part(epoch.epoch(), n, 0, false, PARTS_BEGIN + 2 * n));
            playlist.fold(Records.part(epoch.epoch(), n, 1, true, PARTS_BEGIN + 2 * n + 1));
        }
        watch(epoch).publish(playlist.view());
    }

    /** The same in CMAF: the first part of each segment begins with an init section. */
    void segments(StreamEntry epoch, List<RenditionId> renditions, long first, long last) {
        EpochPlaylists playlist = playlists(epoch);
        for (long n = first; n <= last; n++) {
            for (int part = 0; part < 2; part++) {
                for (RenditionId rendition : renditions) {
                    playlist.fold(new Records.PartSpec(epoch.epoch(), n).of(rendition).sizeBytes(10).initBytes(4)
                            .keyframeBytes(5)
                            .part(part, part == 1, PARTS_BEGIN + 2 * n + part));
                }
            }
        }
        watch(epoch).publish(playlist.view());
    }

    /** Index records of a stream, one after the other. */
    void records(StreamEntry epoch, List<? extends IndexedPart> records) {
        EpochPlaylists playlist = playlists(epoch);
        records.forEach(playlist::fold);
        watch(epoch).publish(playlist.view());
    }

    /** A segment that is in the index and whose bytes have expired. */
    void expired(StreamEntry epoch) {
        var playlist = new EpochPlaylists(Records.RULES);
        playlist.fold(Records.part(epoch.epoch(), 0, 0, true, PARTS_BEGIN - 1));
        watch(epoch).publish(playlist.view());
    }

    void end(StreamEntry epoch) {
        EpochPlaylists playlist = playlists(epoch);
        playlist.end();
        watch(epoch).publish(playlist.view());
    }

    private EpochPlaylists playlists(StreamEntry epoch) {
        return playlists.computeIfAbsent(epoch.stream(), _ -> {
            var all = new EpochPlaylists(epoch.rules());
            all.tracks(epoch.session().tracks(), 0);
            return all;
        });
    }

    static String text(PartPlace part) {
        return "part %05d".formatted(part.offset());
    }

    @Override
    public Watch watch(StreamEntry epoch) {
        watched.add(epoch.stream());
        return watches.computeIfAbsent(epoch.stream(), _ -> {
            Watch watch = Watch.unread();
            watch.publish(new EpochPlaylists(Records.RULES).view());
            return watch;
        });
    }

    /** The view of an ended epoch contains all of it here. */
    @Override
    public CompletionStage<Optional<Segment>> segment(StreamEntry epoch, RenditionId rendition, long number,
            RenditionView live) {
        return CompletableFuture.completedFuture(watch(epoch).view().of(rendition).complete(number));
    }

    @Override
    public CompletionStage<Optional<Segment>> segmentAfter(StreamEntry epoch, RenditionId rendition,
            long discontinuity, RenditionView live) {
        return CompletableFuture.completedFuture(watch(epoch).view().of(rendition).completeAfter(discontinuity));
    }

    @Override
    public CompletionStage<Optional<PlaylistBlock>> around(StreamEntry epoch, RenditionId rendition, long segment,
            RenditionView live) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Moment> moment(String stream, long timeMs) {
        // As a cache that maps futures passes it on.
        return stream.equals(BUSY)
                ? CompletableFuture.failedFuture(new CompletionException(new CompletionException(
                        new BusyException("too many reads"))))
                : CompletableFuture.completedFuture(new Moment.NotYet());
    }

    @Override
    public CompletionStage<Retained> retained(String stream) {
        return CompletableFuture.completedFuture(new Retained(PARTS_BEGIN, Records.EPOCH_MS));
    }

    @Override
    public CompletionStage<MpdAnswer> mpd(PastRange range, Lineup lineup, List<StreamEntry> epochs, EpochView live) {
        return CompletableFuture.completedFuture(new MpdAnswer.Nothing());
    }

    @Override
    public CompletionStage<PastSource.Answer> iframes(PastRange range, RenditionId rendition,
            List<StreamEntry> epochs, RenditionView live) {
        return playlist(range, rendition, epochs, live);
    }

    @Override
    public CompletionStage<PastSource.Answer> playlist(PastRange range, RenditionId rendition,
            List<StreamEntry> epochs, RenditionView live) {
        return CompletableFuture.completedFuture(new PastSource.Answer.Nothing());
    }

    @Override
    public CompletionStage<OptionalLong> availableFromMs(String stream) {
        return CompletableFuture.completedFuture(OptionalLong.of(Records.EPOCH_MS));
    }

    @Override
    public CompletionStage<PartSource.Answer> read(Requester requester, String stream, RenditionId rendition,
            PartId first, SegmentStart start, List<PartPlace> parts) {
        requester.collect(readers);
        if (stream.equals(SILENT)) {
            return CompletableFuture.failedFuture(new CompletionException(new TimeoutException()));
        }
        if (stream.equals(BROKEN)) {
            return CompletableFuture.failedFuture(new CompletionException(new IllegalStateException("a bug")));
        }
        if (parts.getFirst().offset() < PARTS_BEGIN) {
            return CompletableFuture.completedFuture(new PartSource.Answer.Expired());
        }
        return CompletableFuture.supplyAsync(() -> new PartSource.Answer.Bytes(parts.stream()
                .map(part -> Unpooled.copiedBuffer(text(part), StandardCharsets.US_ASCII)).toList(), 0xABCD));
    }

    @Override
    public CompletionStage<FlvPast.Range> find(String stream, long startMs, long endMs) {
        return stream.equals(BUSY)
                ? CompletableFuture.failedFuture(new BusyException("too many viewers"))
                : CompletableFuture.completedFuture(new FlvPast.Range.NotYet());
    }

    @Override
    public Runnable play(FlvPast.Range.Playable range, FlvSink sink) {
        throw new IllegalStateException("there is no past here");
    }

    @Override
    public void join(String stream, FlvSink sink) {
        joined.add(stream);
        sinks.add(sink);
    }

    @Override
    public void leave(String stream, FlvSink sink) {
        sinks.remove(sink);
    }
}
