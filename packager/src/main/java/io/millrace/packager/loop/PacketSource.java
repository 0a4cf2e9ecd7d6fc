package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.util.Map;
import java.util.Set;

/** Reads packets of one partition from the log again. */
interface PacketSource {
    /**
     * Returns the packets at those {@code offsets} that the log still retains, by offset.
     *
     * @throws org.apache.kafka.common.errors.RetriableException if Kafka does not respond in time
     */
    Map<Long, Packet> read(Set<Long> offsets);
}
