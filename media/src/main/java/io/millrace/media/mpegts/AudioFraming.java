package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.Ac3Config;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Eac3Config;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;

/** Framing of one audio track's frames in PES packets. Implementations are immutable. */
sealed interface AudioFraming permits Adts, SelfFramed {

    /**
     * Returns the framing of a codec that {@link TsSegmentMuxer#carries}.
     *
     * @throws UnsupportedException if MPEG-TS cannot express the configuration
     */
    static AudioFraming of(AudioConfig config) {
        return switch (config) {
            case AacConfig aac -> new Adts(aac);
            case Mp3Config mp3 -> SelfFramed.mp3(mp3);
            case Ac3Config _ -> SelfFramed.AC3;
            case Eac3Config _ -> SelfFramed.EAC3;
            case AudioConfig other ->
                throw new UnsupportedException("transport stream", "audio", other.codec(), "AAC, MP3, AC-3 or E-AC-3");
        };
    }

    PmtTrack track();

    /** Returns the number of bytes that {@link #write} adds to each frame. */
    int headerBytes();

    /** Returns the size of the largest frame that can be written. */
    int dataLimitBytes();

    /**
     * Writes one frame.
     *
     * @param frame at most {@link #dataLimitBytes} bytes
     */
    void write(ByteWriter out, ByteBuffer frame);
}
