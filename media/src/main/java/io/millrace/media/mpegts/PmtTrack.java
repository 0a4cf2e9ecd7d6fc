package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import java.nio.charset.StandardCharsets;

/**
 * How the program map table announces a track, and the stream_id of its PES packets.
 *
 * <p>Immutable. Layout in the table (ISO/IEC 13818-1, 2.4.4.8 and 2.6.8): {@code stream type:8 | 111 PID:13 | 1111
 * length:12 | [05 04 registration:32]}.
 *
 * @param registration four characters, or {@link #NONE}
 */
record PmtTrack(int streamType, int streamId, String registration) {
    /** Value that means no registration descriptor. */
    static final String NONE = "";
    static final int REGISTRATION_TAG = 5;
    static final int REGISTRATION_BYTES = 4;

    void write(ByteWriter out, int pid) {
        out.uint8(streamType).uint16(TsProgram.RESERVED_PID | pid);
        if (registration.isEmpty()) {
            out.uint16(TsProgram.RESERVED_LENGTH);
            return;
        }
        out.uint16(TsProgram.RESERVED_LENGTH | 2 + REGISTRATION_BYTES).uint8(REGISTRATION_TAG)
                .uint8(REGISTRATION_BYTES);
        for (byte character : registration.getBytes(StandardCharsets.US_ASCII)) {
            out.uint8(character);
        }
    }
}
