package io.millrace.media.mpegts;

import java.nio.ByteBuffer;

/**
 * CRC-32/MPEG-2 of sections (ISO/IEC 13818-1, annex A): polynomial 04C11DB7, initial value all ones, no reflection, no
 * final XOR.
 */
final class Crc32Mpeg {
    private static final int POLYNOMIAL = 0x04C1_1DB7;

    private Crc32Mpeg() {}

    /**
     * Returns the CRC of the buffer's remaining bytes; its position does not change. The CRC of an intact section
     * including its CRC field is 0.
     */
    static int of(ByteBuffer bytes) {
        int crc = -1;
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            crc ^= bytes.get(i) << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc < 0 ? crc << 1 ^ POLYNOMIAL : crc << 1;
            }
        }
        return crc;
    }
}
