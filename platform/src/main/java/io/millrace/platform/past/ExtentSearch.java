package io.millrace.platform.past;

import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Withdrawal.Extent;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds the segments and packets of an epoch between two times, to withdraw them. Whole segments are found, so a little
 * more than the time span. Blocks; confined to the thread of its reader.
 */
public final class ExtentSearch {
    /** How far before the present the search for the newest segment begins; longer than any segment. */
    private static final long NEWEST_MS = 120_000;

    private final KafkaClients kafka;
    private final RangeReader reader;
    private final Moments moments;

    /** @param reader as for {@link Moments} */
    public ExtentSearch(KafkaClients kafka, RangeReader reader) {
        this.kafka = kafka;
        this.reader = reader;
        moments = new Moments(kafka, reader);
    }

    /**
     * Returns the extent of an epoch's media between two times; empty if there is none.
     *
     * @param fromMs PROGRAM-DATE-TIME, ms since 1970
     * @param toMs PROGRAM-DATE-TIME, ms since 1970, exclusive; at or after the end of the log's media for all of it
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time
     */
    public Optional<Extent> find(StreamEntry epoch, long fromMs, long toMs) {
        boolean isWhole = fromMs <= epoch.span().startedAtMs();
        Moment first = isWhole ? new Moment.NotYet() : moments.find(List.of(epoch), fromMs, Topic.PACKETS);
        if (toMs <= epoch.span().startedAtMs() || !isWhole && !(first instanceof Moment.At)) {
            return Optional.empty();
        }
        long segment = first instanceof Moment.At at ? at.entry().id().segment() : 0;
        long offset = first instanceof Moment.At at
                ? at.entry().keyframe().offset()
                : SessionStarted.offset(epoch.epoch());
        long startMs = first instanceof Moment.At at
                ? at.entry().times().programDateTimeMs()
                : epoch.span().startedAtMs();
        End end = end(epoch, toMs);
        return startMs >= toMs || end.segment() < segment
                ? Optional.empty()
                : Optional.of(new Extent(segment, end.segment(), offset, end.offset(), startMs, end.ms()));
    }

    /**
     * The end of an extent.
     *
     * @param segment number of the last segment
     * @param offset offset in {@code packets} after the last packet
     * @param ms PROGRAM-DATE-TIME of the end
     */
    private record End(long segment, long offset, long ms) {}

    private End end(StreamEntry epoch, long toMs) {
        if (!(moments.find(List.of(epoch), toMs - 1, Topic.PACKETS) instanceof Moment.At(long at, IndexEntry entry))) {
            return last(epoch);
        }
        boolean isAfter = entry.times().programDateTimeMs() >= toMs;
        return (isAfter ? Optional.of(entry) : next(epoch, at, entry)).map(ExtentSearch::before)
                .orElseGet(() -> last(epoch));
    }

    private static End before(IndexEntry next) {
        return new End(next.id().segment() - 1, next.keyframe().offset(), next.times().programDateTimeMs());
    }

    /** Returns the entry of the segment at which readers can start after {@code entry}, in the same rendition. */
    private Optional<IndexEntry> next(StreamEntry epoch, long offset, IndexEntry entry) {
        TopicPartition index = index(epoch);
        IndexEntry[] next = {null};
        reader.read(index, offset, reader.end(index), record -> {
            if (epoch.stream().equals(record.key()) && record.value() instanceof IndexEntry part
                    && part.epoch() == epoch.epoch() && part.rendition().equals(entry.rendition())
                    && part.id().segment() > entry.id().segment() && part.id().isFirst() && part.independent()
                    && part.keyframe().offset() >= 0) {
                next[0] = part;
            }
            return next[0] == null;
        });
        return Optional.ofNullable(next[0]);
    }

    /** Returns the end of everything that the log contains of the epoch. */
    private End last(StreamEntry epoch) {
        if (epoch.state() == StreamEntry.State.ENDED) {
            long endMs = SessionSpan.of(List.of(epoch)).stream().mapToLong(SessionSpan::endMs)
                    .reduce(epoch.span().endedAtMs(), Math::max);
            return new End(epoch.playlist().lastSegment(), epoch.span().lastOffset() + 1, endMs);
        }
        TopicPartition packets = kafka.partition(Topic.PACKETS, kafka.partitionOf(epoch.stream()));
        long nowMs = System.currentTimeMillis();
        long[] newest = {epoch.playlist().lastSegment()};
        // Media of a publisher that is faster than real time is ahead of the clock.
        long[] endMs = {nowMs};
        reader.read(index(epoch), reader.offsetAt(index(epoch), nowMs - NEWEST_MS), reader.end(index(epoch)),
                record -> {
                    if (epoch.stream().equals(record.key()) && record.value() instanceof IndexedPart part
                            && part.epoch() == epoch.epoch()) {
                        newest[0] = Math.max(newest[0], part.id().segment());
                        endMs[0] = Math.max(endMs[0], part.times().endMs());
                    }
                    return true;
                });
        return new End(newest[0], reader.end(packets), endMs[0]);
    }

    private TopicPartition index(StreamEntry epoch) {
        return kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
    }
}
