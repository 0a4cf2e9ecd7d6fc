package io.millrace.edge.log;

import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How production's {@link PartReader} recognizes a part, and {@link DerivedParts} makes a segment. Stateless. */
public final class SteppedParts {
    private SteppedParts() {}

    /** Returns whether {@code record} with {@code key}, which was found at the offset of a part, is that part. */
    public static boolean is(String stream, RenditionId rendition, PartId id, PartPlace place, String key,
            LogRecord record) {
        return new PartReader.PartKey(stream, rendition, id, place)
                .is(new ConsumerRecord<>("parts", 0, place.offset(), key, record));
    }

    /** Reads the record of a part; returns empty if it is not in the log. */
    @FunctionalInterface
    public interface Read {
        Optional<ByteBuffer> part(RenditionId rendition, PartId id, PartPlace place);
    }

    /** Returns the bytes of a segment's parts; empty if one of the records is not in the log. */
    public static Optional<List<ByteBuffer>> segment(String stream, RenditionId rendition, PartId first,
            SegmentStart start, List<PartPlace> places, Read read) {
        var segment = new DerivedSegment(stream, rendition, first, places);
        boolean isDerived = places.getFirst().isDerived();
        List<PartReader.PartKey> keys = isDerived
                ? segment.records()
                : PartReader.keys(stream, rendition, first, places);
        List<ByteBuffer> records = keys.stream().map(key -> read.part(key.rendition(), key.id(), key.place()))
                .flatMap(Optional::stream).toList();
        if (records.size() < keys.size()) {
            return Optional.empty();
        }
        if (!isDerived) {
            return Optional.of(records);
        }
        List<ByteBuffer> parts = new ArrayList<>();
        segment.make(start, records.iterator(), parts::add);
        return Optional.of(parts);
    }
}
