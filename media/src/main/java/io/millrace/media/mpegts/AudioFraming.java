package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;

/** How the frames of one audio track are written into PES packets. Implementations are immutable. */
sealed interface AudioFraming permits Adts, MpegAudio {

    /**
     * The framing of a codec that {@link TsSegmentMuxer#carries}.
     *
     * @throws UnsupportedException a configuration that MPEG-TS cannot say
     */
    static AudioFraming of(AudioConfig config) {
        return switch (config) {
            case AacConfig aac -> new Adts(aac);
            case Mp3Config mp3 -> new MpegAudio(mp3);
            case AudioConfig other ->
                throw new UnsupportedException("transport stream", "audio", other.codec(), "AAC or MP3");
        };
    }

    /** For the PMT. */
    int streamType();

    /** What {@link #write} adds to each frame. */
    int headerBytes();

    /** The longest frame that can be written. */
    int dataLimitBytes();

    /** @param frame of at most {@link #dataLimitBytes} */
    void write(ByteWriter out, ByteBuffer frame);
}
