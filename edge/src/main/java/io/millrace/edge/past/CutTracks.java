package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.past.SegmentTracks;
import io.millrace.platform.timeline.Tracks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Finds the codec configurations at keyframes of past media, in {@code segments}. A search caches the configurations of
 * all segments that it passes, for all clients that begin in one of them. Thread-safe.
 */
final class CutTracks {
    /** Limit of the bytes that one search reads. */
    static final long SEARCH_LIMIT_BYTES = 12 << 20;
    /** A search starts at the nearest known cut, if that is at most this many segments before the wanted one. */
    private static final int NEAR_SEGMENTS = 64;
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int CACHE_BYTES = 4 << 20;
    /** Memory of a cached entry in addition to its configurations. */
    static final int ENTRY_BYTES = 256;
    /** Memory of a further track in addition to its configuration, language and name included. */
    private static final int TRACK_BYTES = 256;

    record Key(String stream, long epoch, long segment) {
        Key at(long other) {
            return new Key(stream, epoch, other);
        }
    }

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final Cache<Key, Optional<SegmentTracks>> known;
    private final SharedReads<Key, Optional<SegmentTracks>> searches;

    /** @param ticker the clock for cache expiry */
    CutTracks(KafkaClients kafka, ReaderPool readers, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        known = known(CACHE_BYTES).ticker(ticker).build();
        searches = new SharedReads<>(known);
    }

    static Caffeine<Key, Optional<SegmentTracks>> known(int cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<Key, Optional<SegmentTracks>>weigher((_, found) -> sizeBytes(found)).expireAfterWrite(KEPT);
    }

    /**
     * Returns the tracks with the configurations that apply at a keyframe, from its cut; empty if that is not found.
     */
    CompletableFuture<Optional<Tracks>> at(String stream, IndexEntry keyframe, Requester requester) {
        var key = new Key(stream, keyframe.id().epoch(), keyframe.id().segment());
        return searches
                .get(key, requester, requesters -> readers.submit(requesters, reader -> search(reader, key, keyframe)))
                .thenApply(found -> found.map(SegmentTracks::tracks));
    }

    private Optional<SegmentTracks> search(RangeReader reader, Key key, IndexEntry keyframe) {
        Optional<SegmentTracks> passed = known.getIfPresent(key);
        if (passed != null) {
            // Another search has passed this segment while this one waited for its turn.
            return passed;
        }
        return new Cuts(kafka, reader).tracks(key.stream(), keyframe, nearest(key),
                new ReadBudget(SEARCH_LIMIT_BYTES), found -> known.put(key.at(found.segment()), Optional.of(found)));
    }

    /** Returns the offset in {@code segments} of the nearest known cut before a segment; 0 if there is none. */
    private long nearest(Key key) {
        return LongStream.rangeClosed(1, Math.min(NEAR_SEGMENTS, key.segment()))
                .mapToObj(before -> known.getIfPresent(key.at(key.segment() - before)))
                .filter(found -> found != null && found.isPresent()).mapToLong(found -> found.get().offset())
                .findFirst().orElse(0);
    }

    private static int sizeBytes(Optional<SegmentTracks> found) {
        return ENTRY_BYTES + found.map(SegmentTracks::tracks).stream().mapToInt(CutTracks::sizeBytes).sum();
    }

    private static int sizeBytes(Tracks tracks) {
        int mainBytes = Stream.of(Optional.ofNullable(tracks.video()), Optional.ofNullable(tracks.audio()))
                .flatMap(Optional::stream).map(CodecConfig::record).mapToInt(ByteBuffer::remaining).sum();
        return mainBytes
                + tracks.further().stream().mapToInt(track -> TRACK_BYTES + track.config().remaining()).sum();
    }
}
