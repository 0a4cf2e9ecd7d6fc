package io.millrace.edge.fanout;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Cuts;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.ReadBudget;
import io.millrace.platform.timeline.Tracks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what precedes the live tail of a stream, before its first viewer starts: the tracks at the latest keyframe, and
 * the stream's records from there on. Thread-safe; reads on the threads of a pool.
 */
final class Backfill {
    /** One GOP plus the interleaved records of other streams. */
    private static final long LIMIT_BYTES = TagRing.GOP_LIMIT_BYTES * 2;

    /**
     * The part of a stream that precedes the live tail.
     *
     * @param tracks at the first record, plus those that appear later in its session
     * @param records of the stream, in order
     */
    record Past(Tracks tracks, List<FlvChannel.At> records) {}

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final RingMemory memory;

    Backfill(KafkaClients kafka, ReaderPool readers, RingMemory memory) {
        this.kafka = kafka;
        this.readers = readers;
        this.memory = memory;
    }

    /**
     * Returns where viewers begin: at the latest keyframe of the index, or at the beginning of the newest session if
     * the index contains no keyframe of it.
     */
    static Keyframe start(StreamEntry entry, EpochView view) {
        return keyframe(entry, view).map(IndexEntry::keyframe).orElseGet(() -> entry.session().start());
    }

    /**
     * Returns the latest keyframe of the index. Empty if its session is older than the newest one in the directory: the
     * index does not contain the new session yet, whose beginning is then the later place to start from.
     */
    private static Optional<IndexEntry> keyframe(StreamEntry entry, EpochView view) {
        return Optional.ofNullable(view.newestKeyframe())
                .filter(newest -> newest.keyframe().session() >= entry.session().number());
    }

    /**
     * Reads the stream's records from {@link #start} to {@code to}. Returns without waiting; the stage completes on a
     * thread of the pool, with {@link BusyException} if the keyframe is too far back.
     *
     * @param entry the directory entry with which {@code view} was requested
     * @param to offset in {@code packets} where the live tail begins, exclusive
     */
    CompletionStage<Past> read(StreamEntry entry, EpochView view, long to) {
        return readers.submit(reader -> new Past(tracks(reader, entry, view), records(reader, entry.stream(),
                start(entry, view).offset(), to)));
    }

    /**
     * Returns the tracks at the keyframe. The tracks in the directory may have changed after the keyframe, or may be
     * older than it. Those that appeared in the keyframe's session after it are added, since all tracks are announced
     * to viewers at the start.
     */
    private Tracks tracks(RangeReader reader, StreamEntry entry, EpochView view) {
        Tracks newest = Tracks.of(entry.session().tracks());
        Optional<IndexEntry> keyframe = keyframe(entry, view);
        if (keyframe.isEmpty()) {
            return newest;
        }
        Tracks then = new Cuts(kafka, reader).tracks(entry, keyframe.get(), new ReadBudget(Moments.SEARCH_LIMIT_BYTES));
        return keyframe.get().keyframe().session() == entry.session().number() ? then.or(newest) : then;
    }

    private List<FlvChannel.At> records(RangeReader reader, String stream, long from, long to) {
        TopicPartition partition = kafka.partition(Topic.PACKETS, kafka.partitionOf(stream));
        List<FlvChannel.At> past = new ArrayList<>();
        long limitBytes = Math.min(LIMIT_BYTES, memory.backfillLimitBytes());
        long[] bytes = {0};
        reader.read(partition, from, to, record -> {
            if (stream.equals(record.key()) && record.value() instanceof PacketsRecord packet) {
                past.add(new FlvChannel.At(record.offset(), packet));
            }
            bytes[0] += record.serializedValueSize();
            if (bytes[0] > limitBytes) {
                throw new BusyException("the latest keyframe of " + stream + " is too far back");
            }
            return true;
        });
        return past;
    }
}
