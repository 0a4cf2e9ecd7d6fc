package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.util.Map;
import java.util.Set;

/** Reads packets from the log a second time. */
interface PacketSource {
    /** @return those of {@code offsets} that the log still has, by offset */
    Map<Long, Packet> read(int partition, Set<Long> offsets);
}
