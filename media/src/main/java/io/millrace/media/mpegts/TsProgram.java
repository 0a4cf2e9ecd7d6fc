package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;

/**
 * The single program of our transport streams: its PIDs, and the two sections (PAT and PMT) that announce them. Clauses
 * are those of ISO/IEC 13818-1.
 */
public final class TsProgram {
    public static final int PAT_PID = 0;
    public static final int PMT_PID = 0x1000;
    public static final int VIDEO_PID = 0x100;
    public static final int AUDIO_PID = 0x101;
    public static final int STREAM_TYPE_AVC = 0x1B;
    public static final int STREAM_TYPE_HEVC = 0x24;
    public static final int STREAM_TYPE_AAC_ADTS = 0x0F;
    /** MPEG-1 audio (ISO/IEC 11172-3), any layer. */
    public static final int STREAM_TYPE_MPEG1_AUDIO = 0x03;
    /** MPEG-2 audio (ISO/IEC 13818-3), for the lower sample rates. */
    public static final int STREAM_TYPE_MPEG2_AUDIO = 0x04;
    /** AC-3 in programs of ATSC. */
    public static final int STREAM_TYPE_AC3 = 0x81;
    /** E-AC-3 in programs of ATSC. */
    public static final int STREAM_TYPE_EAC3 = 0x87;
    static final int PAT_TABLE = 0x00;
    static final int PMT_TABLE = 0x02;

    private static final int PROGRAM_NUMBER = 1;
    private static final int TRANSPORT_STREAM_ID = 1;
    /** Reserved bits above 13-bit PIDs and 12-bit lengths are ones (2.4.4). */
    static final int RESERVED_PID = 0xE000;
    static final int RESERVED_LENGTH = 0xF000;
    /** section_syntax_indicator and the reserved bits above the 12-bit length of a section. */
    private static final int SECTION_FLAGS = 0xB000;
    /** version_number 0 and current_next_indicator. */
    private static final int VERSION_0_CURRENT = 0xC1;
    /** The bytes of a section between its length field and its body. */
    private static final int SECTION_HEADER_BYTES = 5;

    private TsProgram() {}

    /** Returns the program association section with its CRC (2.4.4.3). */
    static ByteBuffer pat() {
        return section(PAT_TABLE, TRANSPORT_STREAM_ID,
                new ByteWriter(16).uint16(PROGRAM_NUMBER).uint16(RESERVED_PID | PMT_PID));
    }

    /**
     * Returns the program map section with its CRC (2.4.4.8). The clock (PCR) is on the video PID if there is
     * video, otherwise on the audio PID.
     *
     * @param video null for a program without video
     * @param audio null for a program without audio
     */
    static ByteBuffer pmt(PmtTrack video, PmtTrack audio) {
        ByteWriter body = new ByteWriter(32).uint16(RESERVED_PID | (video == null ? AUDIO_PID : VIDEO_PID))
                .uint16(RESERVED_LENGTH);
        if (video != null) {
            video.write(body, VIDEO_PID);
        }
        if (audio != null) {
            audio.write(body, AUDIO_PID);
        }
        return section(PMT_TABLE, PROGRAM_NUMBER, body);
    }

    /**
     * Returns the only section of a table, in version 0: the tables never change within a segment.
     *
     * @param extension transport_stream_id of the PAT, program_number of the PMT
     */
    private static ByteBuffer section(int table, int extension, ByteWriter body) {
        int length = SECTION_HEADER_BYTES + body.size() + Integer.BYTES;
        ByteWriter section = new ByteWriter(64).uint8(table).uint16(SECTION_FLAGS | length).uint16(extension)
                .uint8(VERSION_0_CURRENT).uint8(0).uint8(0).bytes(body.view());
        section.uint32(Crc32Mpeg.of(section.view()));
        return section.view();
    }
}
