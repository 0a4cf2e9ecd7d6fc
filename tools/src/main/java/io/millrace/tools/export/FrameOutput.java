package io.millrace.tools.export;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Av1TemporalUnit;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import io.millrace.media.time.SampleClock;
import io.millrace.media.time.Ticks;
import io.millrace.tools.past.SequenceHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Parses FLV tags for the containers other than FLV. Frames get the times that the segmenter would give them: decoding
 * times increase, and audio is timed by its samples. Confined to one thread.
 */
abstract sealed class FrameOutput implements MediaOutput permits CmafOutput, Mp4Output, TsOutput {
    private static final long TICKS_PER_MS = Ticks.MPEG / Ticks.MILLIS;

    private VideoConfig video;
    private AudioConfig audio;
    private SampleClock audioClock;
    /** Decoding time of the newest video frame. */
    private long lastVideo90k = Long.MIN_VALUE;

    /**
     * Writes a video frame.
     *
     * @param dts90k decoding time, later than that of the previous frame
     * @param pts90k presentation time
     * @param key whether decoding can start at this frame
     * @param data an access unit as in the codec's MP4 mapping
     */
    abstract void picture(VideoConfig config, long dts90k, long pts90k, boolean key, ByteBuffer data);

    /**
     * Writes the audio of one message: one access unit, or several of MP3.
     *
     * @param dueSamples its time in ticks of {@code config}'s sample rate, later than that of the previous one
     * @param frameSamples its duration in the same ticks
     */
    abstract void sound(AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data);

    /** Returns whether the container holds {@code codec}. */
    abstract boolean carries(Codec codec);

    @Override
    public void config(FlvTag header) {
        switch (SequenceHeader.config(header)) {
            case VideoConfig config -> {
                requireCarried(config);
                video = config;
            }
            case AudioConfig config -> begin(config);
        }
    }

    /** Takes the configuration of the audio that follows. */
    final void begin(AudioConfig config) {
        requireCarried(config);
        if (isLikeCurrent(config)) {
            return;
        }
        if (audio == null || audio.sampleRate() != config.sampleRate()) {
            audioClock = new SampleClock(config.sampleRate());
        }
        audio = config;
    }

    /**
     * Returns whether at most the bit rate differs from the current configuration. E-AC-3 states the bit rate in every
     * frame, and decoders do not need it in advance.
     */
    private boolean isLikeCurrent(AudioConfig config) {
        return audio != null && config.codec().isSelfDescribing() && audio.codec() == config.codec()
                && audio.sampleRate() == config.sampleRate() && audio.channels() == config.channels();
    }

    private void requireCarried(CodecConfig config) {
        if (!carries(config.codec())) {
            String carried = Arrays.stream(Codec.values()).filter(this::carries).map(Codec::label)
                    .collect(Collectors.joining(", "));
            throw new UnsupportedException("export", "codec", config.rfc6381(),
                    carried + "; FLV, MP4 and CMAF support all codecs");
        }
    }

    /** The current video configuration, null without video. */
    VideoConfig video() {
        return video;
    }

    /** The current audio configuration, null without audio. */
    AudioConfig audio() {
        return audio;
    }

    @Override
    public void frame(FlvTag frame, boolean entry) {
        if (!(BodyReader.tag(frame) instanceof TrackMedia.AccessUnit unit) || !unit.data().hasRemaining()) {
            return;
        }
        if (unit.codec().isVideo()) {
            long dts90k = Math.max(unit.decodingMs() * TICKS_PER_MS, lastVideo90k + 1);
            lastVideo90k = dts90k;
            ByteBuffer data = unit.codec() == Codec.AV1 ? Av1TemporalUnit.withoutDelimiter(unit.data()) : unit.data();
            picture(video, dts90k, unit.presentationMs() * TICKS_PER_MS, entry, data);
        } else {
            // A codec without a sequence header has its configuration in each frame.
            unit.codec().inBand(unit.data()).ifPresent(config -> begin((AudioConfig) config));
            int samples = audio.frameSamples(unit.data());
            sound(audio, audioClock.place(unit.decodingMs(), samples), samples, unit.data());
        }
    }
}
