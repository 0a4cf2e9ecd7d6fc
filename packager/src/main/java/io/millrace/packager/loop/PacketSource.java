package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.util.Map;
import java.util.Set;

/** Reads packets of one partition from the log again. */
interface PacketSource {
    /**
     * The ends of a partition. All packets of a cut before {@code segments} were in the log before {@code packets}.
     *
     * @param segments end of {@code segments}
     * @param packets end of {@code packets}, queried after that of {@code segments}
     */
    record Ends(long segments, long packets) {}

    /**
     * Returns the ends of the log.
     *
     * @throws org.apache.kafka.common.errors.RetriableException if Kafka does not respond in time
     */
    Ends ends();

    /**
     * Returns the packets at those {@code offsets} that the log still retains, by offset.
     *
     * @throws org.apache.kafka.common.errors.RetriableException if Kafka does not respond in time
     */
    Map<Long, Packet> read(Set<Long> offsets);
}
