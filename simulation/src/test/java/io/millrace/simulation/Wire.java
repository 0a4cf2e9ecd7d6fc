package io.millrace.simulation;

import io.millrace.platform.log.Packet;
import io.millrace.simulation.oracle.Fact;
import java.nio.ByteBuffer;

/** The messages of a simulated encoder: AAC frames that contain their numbers. */
final class Wire {
    private static final byte[] CONFIG = {(byte) 0xAF, 0x00, 0x12, 0x10};
    private static final byte AAC = (byte) 0xAF;
    private static final byte RAW = 0x01;
    private static final int HEADER_BYTES = 2;

    private Wire() {}

    static ByteBuffer config() {
        return ByteBuffer.wrap(CONFIG);
    }

    static ByteBuffer frame(long number) {
        return ByteBuffer.allocate(HEADER_BYTES + Long.BYTES).put(AAC).put(RAW).putLong(number).flip();
    }

    /** {@link Fact#UNNUMBERED} for a configuration. */
    static long numberOf(Packet packet) {
        ByteBuffer body = packet.body();
        return packet.isConfig() ? Fact.UNNUMBERED : body.getLong(body.position() + HEADER_BYTES);
    }
}
