package io.millrace.edge.log;

import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** How production's {@link PartReader} recognizes a part. Stateless. */
public final class SteppedParts {
    private SteppedParts() {}

    /** Returns whether {@code record} with {@code key}, which was found at the offset of a part, is that part. */
    public static boolean is(String stream, RenditionId rendition, PartId id, PartPlace place, String key,
            LogRecord record) {
        return new PartReader.PartKey(stream, rendition, id, place)
                .is(new ConsumerRecord<>("parts", 0, place.offset(), key, record));
    }
}
