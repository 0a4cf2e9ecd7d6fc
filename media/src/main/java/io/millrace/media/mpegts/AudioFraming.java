package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;

/** Framing of one audio track's frames in PES packets. Implementations are immutable. */
sealed interface AudioFraming permits Adts, MpegAudio {

    /**
     * Returns the framing of a codec that {@link TsSegmentMuxer#carries}.
     *
     * @throws UnsupportedException if MPEG-TS cannot express the configuration
     */
    static AudioFraming of(AudioConfig config) {
        return switch (config) {
            case AacConfig aac -> new Adts(aac);
            case Mp3Config mp3 -> new MpegAudio(mp3);
            case AudioConfig other ->
                throw new UnsupportedException("transport stream", "audio", other.codec(), "AAC or MP3");
        };
    }

    /** Returns the stream_type for the PMT. */
    int streamType();

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
