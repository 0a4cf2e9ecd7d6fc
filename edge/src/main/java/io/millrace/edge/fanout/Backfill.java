package io.millrace.edge.fanout;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.view.EpochView;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.PacketsRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads, before the first viewer of a stream starts, its records from the latest keyframe to where the live tail begins.
 * Thread-safe; reads on the threads of a pool.
 */
final class Backfill {
    /** One GOP plus the interleaved records of other streams. */
    private static final long LIMIT_BYTES = TagRing.GOP_LIMIT_BYTES * 2;

    private final ReaderPool readers;
    private final RingMemory memory;

    Backfill(ReaderPool readers, RingMemory memory) {
        this.readers = readers;
        this.memory = memory;
    }

    /** Returns where viewers begin: at the latest keyframe, or at the beginning of the newest session. */
    static Keyframe start(StreamEntry entry, EpochView view) {
        Keyframe keyframe = view.newestKeyframe();
        // An earlier session may have other tracks than those in the directory.
        return keyframe != null && keyframe.session() >= entry.session().number()
                ? keyframe
                : entry.session().start();
    }

    /** Reads a stream's records. Fails with {@link BusyException} if the keyframe is too far back. */
    CompletionStage<List<FlvChannel.At>> read(TopicPartition partition, String stream, long from, long to) {
        return readers.submit(reader -> read(reader, partition, stream, from, to));
    }

    private List<FlvChannel.At> read(RangeReader reader, TopicPartition partition, String stream, long from, long to) {
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
