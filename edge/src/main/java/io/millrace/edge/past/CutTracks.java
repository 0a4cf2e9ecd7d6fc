package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.Asker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.past.CutScan.Found;
import io.millrace.media.codec.CodecConfig;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.timeline.Tracks;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the codec configurations at keyframes of the past in {@code segments}. One search serves all clients that begin
 * in one of the segments that it passed. Thread-safe.
 */
final class CutTracks {
    /** The time by which a cut may be written after its packets. */
    private static final long SLACK_MS = 5_000;
    /** A search starts at a known cut that is at most this many segments before the wanted one. */
    private static final int NEAR_SEGMENTS = 64;
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final int CACHE_BYTES = 4 << 20;
    /** Memory of an entry without its configurations. */
    private static final int ENTRY_BYTES = 256;

    private record Key(String stream, long epoch, long segment) {
        Key at(long other) {
            return new Key(stream, epoch, other);
        }
    }

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final Cache<Key, Found> known;
    private final SharedReads<Key, Found> searches;

    /** @param ticker the clock for cache expiry */
    CutTracks(KafkaClients kafka, ReaderPool readers, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        known = Caffeine.newBuilder().ticker(ticker).maximumWeight(CACHE_BYTES)
                .<Key, Found>weigher((_, found) -> sizeBytes(found)).expireAfterWrite(KEPT).build();
        searches = new SharedReads<>(known);
    }

    /** Returns the configurations that apply at a keyframe, from its cut; empty if the cut is not found. */
    CompletableFuture<Optional<Tracks>> at(String stream, IndexEntry keyframe, Asker asker) {
        var key = new Key(stream, keyframe.id().epoch(), keyframe.id().segment());
        return searches
                .get(key, asker, askers -> readers.submit(askers, reader -> search(reader, key, keyframe)))
                .thenApply(found -> Optional.ofNullable(found.tracks()));
    }

    private Found search(RangeReader reader, Key key, IndexEntry keyframe) {
        Found passed = known.getIfPresent(key);
        if (passed != null) {
            // Another search has passed this segment while this one waited.
            return passed;
        }
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(key.stream()));
        long writtenMs = keyframe.times().arrivalUs() / 1000 - keyframe.start().targetDurationS() * 2_000L - SLACK_MS;
        long from = Math.max(reader.offsetAt(segments, writtenMs), nearest(key));
        var scan = new CutScan(key.stream(), key.epoch(), key.segment());
        reader.read(segments, from, reader.end(segments), scan);
        scan.found().forEach((segment, found) -> known.put(key.at(segment), found));
        Found found = scan.found().get(key.segment());
        return found != null ? found : farther(reader, key, keyframe);
    }

    /** Searches on for a segment that began before the scan, or that the scan did not reach within its limit. */
    private Found farther(RangeReader reader, Key key, IndexEntry keyframe) {
        return new Cuts(kafka, reader).tracks(key.stream(), keyframe, new ReadBudget(Moments.SEARCH_LIMIT_BYTES))
                .map(tracks -> new Found(-1, tracks)).orElse(Found.NOTHING);
    }

    /** Returns the offset of the nearest known cut before a segment, -1 without one. */
    private long nearest(Key key) {
        return LongStream.rangeClosed(1, Math.min(NEAR_SEGMENTS, key.segment()))
                .mapToObj(before -> known.getIfPresent(key.at(key.segment() - before)))
                .filter(Objects::nonNull).mapToLong(Found::offset).findFirst().orElse(-1);
    }

    private static int sizeBytes(Found found) {
        return ENTRY_BYTES + (found.tracks() == null
                ? 0
                : Stream.of(found.tracks().video(), found.tracks().audio()).filter(Objects::nonNull)
                        .map(CodecConfig::record).mapToInt(record -> record.remaining()).sum());
    }
}
