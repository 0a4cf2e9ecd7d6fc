package io.millrace.edge.feed;

import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.Segment;
import io.millrace.edge.live.SegmentRun;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** Reads the index of the past. Blocks; confined to the thread of its reader, made anew for each read. */
final class PastReader {
    /** So near before the wanted segment it is read on rather than guessed again. */
    private static final int NEAR_SEGMENTS = 32;
    /** Guesses: each lands within seconds of a stream that was never interrupted. */
    private static final int GUESSES = 8;
    /** A guess aims so far before the wanted segment. */
    private static final long AIM_MS = 4_000;
    private static final long SLACK_MS = 60_000;

    private final KafkaClients kafka;
    private final RangeReader reader;
    private final Moments moments;
    private final Moments.Floor floor;

    PastReader(KafkaClients kafka, RangeReader reader, Moments.Floor floor) {
        this.kafka = kafka;
        this.reader = reader;
        this.floor = floor;
        moments = new Moments(kafka, reader);
    }

    /**
     * Blocks of an epoch.
     *
     * @param settled whether no further reading changes the last of them
     */
    record Blocks(List<PlaylistBlock> blocks, boolean settled) {}

    /**
     * The blocks that hold segments from {@code first}, which begins one, to {@code last}.
     *
     * @param hint an offset in {@code index} at or before the first one, if one is known
     */
    Blocks blocks(StreamEntry epoch, long first, long last, OptionalLong hint) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
        long from = hint.isPresent() ? hint.getAsLong() : locate(epoch, first, index);
        var run = new SegmentRun(epoch.epoch(), Format.TS, first, last);
        reader.read(index, from, reader.end(index), record -> !epoch.stream().equals(record.key())
                || !(record.value() instanceof IndexEntry entry) || run.fold(record.offset(), entry));
        // What an ended epoch has not got by now, it will not get.
        long end = run.isSettled() || FollowedEpoch.isLate(epoch, System.currentTimeMillis()) ? last : run.newest();
        List<PlaylistBlock> blocks = new ArrayList<>();
        for (long begin = first; begin <= end; begin += PlaylistBlock.SEGMENTS) {
            List<Segment> segments = run.segments(begin, Math.min(end, begin + PlaylistBlock.SEGMENTS - 1));
            if (!segments.isEmpty()) {
                blocks.add(new PlaylistBlock(epoch.epoch(), segments,
                        run.nextOffset(segments.getLast().number(), from)));
            }
        }
        return new Blocks(blocks, end == last);
    }

    /** An offset in {@code index} at or a little before the beginning of a segment, by guesses between what is known. */
    private long locate(StreamEntry epoch, long number, TopicPartition index) {
        long lowMs = epoch.startedAtMs();
        long lowNumber = 0;
        long highNumber = Math.max(number, epoch.lastSegment()) + 1;
        long wallMs = epoch.endedAtMs() == 0 ? System.currentTimeMillis() : epoch.endedAtMs();
        // A publisher may have run ahead of the clock: no segment is longer than the target duration and half a second.
        long highMs = Math.max(wallMs, lowMs + highNumber * (Math.max(1, epoch.targetDurationS()) * 1000L + 500))
                + SLACK_MS;
        long offset = -1;
        var budget = new ReadBudget(Moments.SEARCH_LIMIT_BYTES);
        for (int guess = 0; guess < GUESSES && highMs > lowMs; guess++) {
            long meanMs = lowMs + (highMs - lowMs) * (number - lowNumber) / (highNumber - lowNumber);
            long timeMs = Math.max(lowMs, meanMs - AIM_MS);
            if (!(moment(epoch, timeMs, budget) instanceof Moment.At at) || at.entry().segment() > number) {
                highMs = timeMs;
                continue;
            }
            offset = Math.max(offset, at.offset());
            lowNumber = Math.max(lowNumber, at.entry().segment());
            lowMs = Math.max(timeMs, at.entry().programDateTimeMs());
            if (number - lowNumber <= NEAR_SEGMENTS) {
                return offset;
            }
        }
        return offset >= 0 ? offset : Math.max(floor.indexOffset(), reader.offsetAt(index, epoch.startedAtMs()));
    }

    private Moment moment(StreamEntry epoch, long timeMs, ReadBudget budget) {
        return moments.stretch(epoch, timeMs, timeMs, Topic.PARTS, floor, budget).find(timeMs);
    }
}
