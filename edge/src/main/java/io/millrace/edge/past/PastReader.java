package io.millrace.edge.past;

import io.millrace.edge.follow.FollowedEpoch;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.Segment;
import io.millrace.edge.view.SegmentRun;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.apache.kafka.common.TopicPartition;

/** Makes one read of playlist blocks from the index. Blocks; confined to the thread of its reader. */
final class PastReader {
    /** How far before the estimated time of the wanted segment a search begins. */
    private static final long AIM_MS = 4_000;

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
     * Consecutive blocks of an epoch.
     *
     * @param settled whether the last block has all requested segments and is final
     */
    record Blocks(List<PlaylistBlock> blocks, boolean settled) {}

    /**
     * Returns the blocks of the segments {@code first} to {@code last} (inclusive), as far as the index lists them.
     *
     * @param first number of a segment at the beginning of a block
     * @param hint an offset in {@code index} at or before the first record of that segment, if one is known
     * @param withdrawn the numbers of withdrawn segments, which are gaps
     */
    Blocks blocks(StreamEntry epoch, RenditionId rendition, long first, long last, OptionalLong hint,
            LongPredicate withdrawn) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
        long from = hint.isPresent() ? hint.getAsLong() : locate(epoch, first);
        var run = new SegmentRun(epoch.epoch(), rendition, first, last, withdrawn);
        reader.read(index, from, reader.end(index), record -> !epoch.stream().equals(record.key())
                || !(record.value() instanceof IndexRecord next) || run.fold(record.offset(), next));
        // Once an ended epoch is late, its missing segments will not arrive any more.
        long end = run.isSettled() || FollowedEpoch.isLate(epoch, System.currentTimeMillis()) ? last : run.newest();
        List<PlaylistBlock> blocks = new ArrayList<>();
        for (long begin = first; begin <= end; begin += PlaylistBlock.SEGMENTS) {
            List<Segment> segments = run.segments(begin, Math.min(end, begin + PlaylistBlock.SEGMENTS - 1));
            if (!segments.isEmpty()) {
                blocks.add(new PlaylistBlock(epoch.name(), rendition, segments,
                        run.nextOffset(segments.getLast().number(), from)));
            }
        }
        return new Blocks(blocks, end == last);
    }

    /** Returns an offset in {@code index} at or slightly before the first record of a segment. */
    private long locate(StreamEntry epoch, long number) {
        long wallMs = epoch.span().endMs(System.currentTimeMillis());
        long guessMs = epoch.span().startedAtMs()
                + (wallMs - epoch.span().startedAtMs()) * number
                        / (Math.max(number, epoch.playlist().lastSegment()) + 1);
        return moments.locate(epoch, number, Math.max(epoch.span().startedAtMs(), guessMs - AIM_MS), floor,
                new ReadBudget(Moments.SEARCH_LIMIT_BYTES));
    }
}
