package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.util.Map;
import java.util.Set;

/** Reads packets from the log again. */
interface PacketSource {
    /** @return the packets at those {@code offsets} that the log still retains, by offset */
    Map<Long, Packet> read(int partition, Set<Long> offsets);
}
