package io.millrace.platform.past;

import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the {@link Moment} of a stream, the keyframe at which readers start, for a time. Kafka's time index narrows the
 * search to a guess, and a short read of {@code index} around the guess finds the keyframe. A search takes a few round
 * trips, regardless of the age of the media. Blocks; confined to the thread of its reader. If a read fails, its exception
 * (see {@link RangeReader}) is passed on.
 */
public final class Moments {
    /** The first read starts this long before the moment; a GOP is seldom longer. */
    private static final long FIRST_SPAN_MS = 15_000;
    /** If the keyframe was not found, the next read begins this many times as long before the moment. */
    private static final int DEEPER = 4;
    /** Ends of sessions are in whole ms, media times in ticks. */
    private static final long ROUNDING_MS = 2;

    /** Upper bound on the bytes read by one search: about a quarter of an hour of a busy partition. */
    public static final long SEARCH_LIMIT_BYTES = 8L << 20;

    /**
     * The start of the retained media of a partition.
     *
     * @param mediaOffset offset of the oldest retained media record
     * @param indexOffset offset in {@code index} before which all media has expired
     * @param fromMs PROGRAM-DATE-TIME of the oldest entry whose media is retained, ms since 1970;
     *     {@link Long#MAX_VALUE} without one
     */
    public record Floor(long mediaOffset, long indexOffset, long fromMs) {}

    private final KafkaClients kafka;
    private final RangeReader reader;

    /**
     * @param reader such as {@link RangeReader#ofIndex}; may be shared with other users on the same thread, and is
     *     closed by the caller
     */
    public Moments(KafkaClients kafka, RangeReader reader) {
        this.kafka = kafka;
        this.reader = reader;
    }

    /**
     * Returns the epochs in which a moment may be, in the order in which to search them: the first epoch in which a
     * search finds a keyframe contains the moment. If two epochs overlap, the older one contains the moment.
     *
     * @param epochs epochs of one stream, oldest first
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     */
    public static List<StreamEntry> candidates(List<StreamEntry> epochs, long timeMs) {
        return epochs.stream().filter(epoch -> endMs(epoch) > timeMs && !isWithoutIndex(epoch)).toList();
    }

    /** Returns whether no format carries a track of the epoch in any session, so that the index has no part of it. */
    private static boolean isWithoutIndex(StreamEntry epoch) {
        List<Track> tracks = epoch.session().tracks();
        return epoch.sessions().size() <= 1 && !tracks.isEmpty() && Renditions.of(epoch.rules(), tracks).isEmpty();
    }

    /**
     * Returns the PROGRAM-DATE-TIME of the end of the epoch's media, with a tolerance for rounding; {@link
     * Long#MAX_VALUE} unless the epoch has ended.
     */
    private static long endMs(StreamEntry epoch) {
        return epoch.state() != StreamEntry.State.ENDED
                ? Long.MAX_VALUE
                : SessionSpan.of(List.of(epoch)).stream().mapToLong(SessionSpan::endMs).max()
                        .orElse(epoch.span().endedAtMs()) + ROUNDING_MS;
    }

    /**
     * Finds the keyframe of a stream at or before {@code timeMs}. If nothing was playing then, or that media is no
     * longer retained, finds the first keyframe after {@code timeMs}; returns {@link Moment.NotYet} if there is none
     * either. Neither caches nor limits its reads.
     *
     * @param epochs epochs of the stream, oldest first
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     * @param media topic whose media must be retained at the keyframe: {@link Topic#PARTS} or {@link Topic#PACKETS}
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
     */
    public Moment find(List<StreamEntry> epochs, long timeMs, Topic media) {
        List<StreamEntry> candidates = candidates(epochs, timeMs);
        if (candidates.isEmpty()) {
            return new Moment.NotYet();
        }
        Floor floor = floor(kafka.partitionOf(candidates.getFirst().stream()), media);
        for (StreamEntry epoch : candidates) {
            long atMs = Math.max(timeMs, epoch.span().startedAtMs());
            if (span(epoch, atMs, atMs, media, floor, ReadBudget.unlimited()).find(atMs) instanceof Moment.At at) {
                return at;
            }
        }
        return new Moment.NotYet();
    }

    /**
     * Reads the index entries of one epoch around a time span, as far as their media is retained. Does not read beyond
     * the end of the epoch.
     *
     * @param fromMs PROGRAM-DATE-TIME, ms since 1970, not before the start of the epoch
     * @param toMs PROGRAM-DATE-TIME, ms since 1970
     * @param floor floor of the stream's partition and {@code media}; may be some seconds old
     * @param budget limit of the whole search, such as {@link #SEARCH_LIMIT_BYTES}; all reads of the search share it
     * @throws ReadLimitException if the budget is exhausted
     */
    public MomentSpan span(StreamEntry epoch, long fromMs, long toMs, Topic media, Floor floor,
            ReadBudget budget) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
        long oldest = Math.max(floor.indexOffset(), reader.offsetAt(index, epoch.span().startedAtMs() - FIRST_SPAN_MS));
        long end = reader.end(index);
        long depthMs = FIRST_SPAN_MS;
        long begin = Math.max(oldest, reader.offsetAt(index, fromMs - FIRST_SPAN_MS));
        while (true) {
            long from = begin;
            var scan = new MomentSpanScan(epoch, media, floor, budget, fromMs - depthMs, toMs, begin > oldest);
            reader.read(index, from, end, scan);
            if (scan.isFar()) {
                from = InterpolationSearch.byTime(reader, index, epoch, budget).approach(scan.earliest(), scan.latest(),
                        end, end,
                        fromMs - depthMs);
                scan = new MomentSpanScan(epoch, media, floor, budget, Long.MIN_VALUE, toMs, false);
                reader.read(index, from, end, scan);
            }
            MomentSpan span = scan.result();
            MomentSearch first = span.search(fromMs);
            if (first.beganTooLate() && from > oldest) {
                // The keyframe may be before the offset at which the read began.
                depthMs *= DEEPER;
                begin = from == begin ? Math.max(oldest, reader.offsetAt(index, fromMs - depthMs)) : begin;
            } else if (first.sawNothing() && begin > oldest) {
                // Media of a publisher that was faster than real time may be ahead of the clock by any time, so the
                // time index does not help.
                begin = oldest;
            } else {
                return span;
            }
        }
    }

    /**
     * Returns an offset in the index at or shortly before the start of a segment.
     *
     * @param guessMs approximate time at which the segment was written, ms since 1970
     * @param floor floor of the stream's partition and of the wanted media
     * @throws ReadLimitException if the budget is exhausted
     */
    public long locate(StreamEntry epoch, long segment, long guessMs, Floor floor, ReadBudget budget) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
        long oldest = Math.max(floor.indexOffset(), reader.offsetAt(index, epoch.span().startedAtMs() - FIRST_SPAN_MS));
        var begin = new InterpolationSearch.Point(oldest, 0);
        return InterpolationSearch.bySegment(reader, index, epoch, budget).approach(begin, begin,
                reader.offsetAt(index, guessMs),
                reader.end(index), segment);
    }

    /** Returns the start of the retained {@code media} of a partition. Takes about ten short reads. */
    public Floor floor(int partition, Topic media) {
        TopicPartition index = kafka.partition(Topic.INDEX, partition);
        long mediaFrom = reader.beginning(kafka.partition(media, partition));
        long oldest = oldest(index, media, mediaFrom);
        List<Long> fromMs = new ArrayList<>(1);
        reader.read(index, oldest, reader.end(index), record -> {
            if (record.value() instanceof IndexEntry entry && !isExpired(entry, media, mediaFrom)) {
                fromMs.add(entry.times().programDateTimeMs());
            }
            return fromMs.isEmpty();
        });
        return new Floor(mediaFrom, oldest, fromMs.isEmpty() ? Long.MAX_VALUE : fromMs.getFirst());
    }

    /**
     * Returns the PROGRAM-DATE-TIME of the oldest entry of a partition whose media is retained, ms since 1970; empty
     * without one.
     */
    public OptionalLong retainedFromMs(int partition, Topic media) {
        long fromMs = floor(partition, media).fromMs();
        return fromMs == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(fromMs);
    }

    /**
     * Returns the offset in {@code index} before which all media has expired. The index is small and often retained
     * longer than the media. Its entries are in the order of {@code parts}, and approximately in that of {@code
     * packets}, so this is a binary search.
     */
    private long oldest(TopicPartition index, Topic media, long mediaFrom) {
        long low = reader.beginning(index);
        long high = reader.end(index);
        // Probes the beginning first, because usually nothing has expired, or the index and the media equally.
        long middle = low;
        while (low < high) {
            OptionalLong expired = expiredAt(index, middle, high, media, mediaFrom);
            if (expired.isPresent()) {
                low = expired.getAsLong() + 1;
            } else {
                high = middle;
            }
            middle = low + (high - low) / 2;
        }
        return low;
    }

    /**
     * Finds the first entry at or after {@code from} that names media. Returns its offset if that media has expired.
     */
    private OptionalLong expiredAt(TopicPartition index, long from, long to, Topic media, long mediaFrom) {
        long[] expired = {-1};
        reader.read(index, from, to, record -> {
            if (!(record.value() instanceof IndexEntry entry) || mediaOffset(entry, media) < 0) {
                return true;
            }
            expired[0] = isExpired(entry, media, mediaFrom) ? record.offset() : -1;
            return false;
        });
        return expired[0] < 0 ? OptionalLong.empty() : OptionalLong.of(expired[0]);
    }

    static boolean isExpired(IndexEntry entry, Topic media, long mediaFrom) {
        long offset = mediaOffset(entry, media);
        return offset >= 0 && offset < mediaFrom;
    }

    /** Returns the offset of the entry's media, -1 if it names none. */
    private static long mediaOffset(IndexEntry entry, Topic media) {
        return switch (media) {
            case PARTS -> entry.place().offset();
            case PACKETS -> entry.keyframe().offset();
            case SESSIONS, SEGMENTS, INDEX, STREAMS, NODES, RELAYS, RELAY_RULES, EVENTS, DEAD_LETTERS,
                    AUDIENCE, CONTROL ->
                throw new IllegalArgumentException(media + " does not contain media");
        };
    }
}
