package io.millrace.launcher.export;

import io.millrace.launcher.past.SequenceHeader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.time.SampleClock;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;

/**
 * Takes tags apart for containers that know nothing of FLV: frames with the times that the segmenter would give them, in
 * which decoding times rise and audio is counted by its samples. Confined to one thread.
 */
abstract sealed class FrameOutput implements Output permits Mp4Output, TsOutput {
    private AvcConfig video;
    private AacConfig audio;
    private SampleClock audioClock;
    private long lastVideo90k = Long.MIN_VALUE;

    /**
     * A coded picture.
     *
     * @param dts90k decoding time, later than that of the one before
     * @param pts90k presentation time
     * @param data NAL units with the length prefixes of {@code config}
     */
    abstract void picture(AvcConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data);

    /**
     * An AAC access unit.
     *
     * @param dueSamples when, in ticks of {@code config}'s sample rate, later than that of the one before
     * @param frameSamples how long it lasts, in the same
     */
    abstract void sound(AacConfig config, long dueSamples, int frameSamples, ByteBuffer data);

    @Override
    public void config(FlvTag header) {
        switch (SequenceHeader.config(header)) {
            case AvcConfig avc -> video = avc;
            case AacConfig aac -> {
                if (audio == null || audio.sampleRate() != aac.sampleRate()) {
                    audioClock = new SampleClock(aac.sampleRate());
                }
                audio = aac;
            }
            case VideoConfig other -> throw unsupported(other);
            case AudioConfig other -> throw unsupported(other);
        }
    }

    private static UnsupportedException unsupported(CodecConfig config) {
        return new UnsupportedException("export", "codec", config.rfc6381(), "H.264 and AAC; FLV takes all codecs");
    }

    /** What holds now, null without video. */
    AvcConfig video() {
        return video;
    }

    /** What holds now, null without audio. */
    AacConfig audio() {
        return audio;
    }

    @Override
    public void frame(FlvTag frame, boolean entry) {
        if (frame.type() == FlvTag.Type.VIDEO) {
            if (VideoTagBody
                    .parse(frame.body()) instanceof VideoTagBody.Frame(var _, var _, var _, int compositionMs, var data)
                    && data.hasRemaining()) {
                long stamp90k = frame.timestampMs() * (long) (Ticks.MPEG / Ticks.MILLIS);
                long dts90k = Math.max(stamp90k, lastVideo90k + 1);
                lastVideo90k = dts90k;
                long pts90k = stamp90k + compositionMs * (long) (Ticks.MPEG / Ticks.MILLIS);
                picture(video, dts90k, pts90k, entry, data);
            }
        } else if (AudioTagBody.parse(frame.body()) instanceof AudioTagBody.Frame(var _, var data)
                && data.hasRemaining()) {
            // With SBR a frame has twice the samples of its core.
            int samples = (int) ((long) audio.samplesPerFrame() * audio.sampleRate() / audio.coreSampleRate());
            sound(audio, audioClock.place(frame.timestampMs(), samples), samples, data);
        }
    }
}
