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
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.timeline.TagEvent;
import io.millrace.tools.past.SequenceHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Parses FLV tags for the containers other than FLV. Frames get the times that the segmenter would give them: decoding
 * times increase, and audio is timed by its samples. Confined to one thread.
 */
abstract sealed class FrameOutput implements MediaOutput permits CmafOutput, Mp4Output, TsOutput {
    private static final long TICKS_PER_MS = Ticks.MPEG / Ticks.MILLIS;

    /** The state of one track. */
    private static final class Input {
        private CodecConfig config;
        /** Null for video. */
        private SampleClock audioClock;
        /** Decoding time of the newest video frame. */
        private long lastVideo90k = Long.MIN_VALUE;
    }

    private final Map<TrackId, Input> inputs = new HashMap<>();

    /**
     * Writes a video frame.
     *
     * @param track the track of the frame
     * @param dts90k decoding time, later than that of the previous frame
     * @param pts90k presentation time
     * @param key whether decoding can start at this frame
     * @param data an access unit as in the codec's MP4 mapping
     */
    abstract void picture(TrackId track, VideoConfig config, long dts90k, long pts90k, boolean key,
            ByteBuffer data);

    /**
     * Writes the audio of one message: one access unit, or several of MP3.
     *
     * @param track the track of the audio
     * @param dueSamples its time in ticks of {@code config}'s sample rate, later than that of the previous one
     * @param frameSamples its duration in the same ticks
     */
    abstract void sound(TrackId track, AudioConfig config, long dueSamples, int frameSamples, ByteBuffer data);

    /** Returns whether the container holds {@code codec}. */
    abstract boolean carries(Codec codec);

    @Override
    public void config(TagEvent.Config header) {
        begin(track(header), SequenceHeader.config(header.tag()));
    }

    private static TrackId track(TagEvent.Media media) {
        return new TrackId(media.tag().type() == FlvTag.Type.VIDEO ? Packet.Kind.VIDEO : Packet.Kind.AUDIO,
                media.track());
    }

    /** Takes the configuration of the frames that follow. */
    final void begin(TrackId track, CodecConfig config) {
        requireCarried(config);
        Input input = inputs.computeIfAbsent(track, _ -> new Input());
        if (config instanceof AudioConfig audio && !isLikeCurrent(input.config, audio)) {
            if (!(input.config instanceof AudioConfig before) || before.sampleRate() != audio.sampleRate()) {
                input.audioClock = new SampleClock(audio.sampleRate());
            }
            input.config = config;
        } else if (config instanceof VideoConfig) {
            input.config = config;
        }
    }

    /**
     * Returns whether at most the bit rate differs from the current configuration. E-AC-3 states the bit rate in every
     * frame, and decoders do not need it in advance.
     */
    private static boolean isLikeCurrent(CodecConfig current, AudioConfig config) {
        return current instanceof AudioConfig audio && config.codec().isSelfDescribing()
                && audio.codec() == config.codec() && audio.sampleRate() == config.sampleRate()
                && audio.channels() == config.channels();
    }

    private void requireCarried(CodecConfig config) {
        if (!carries(config.codec())) {
            String carried = Arrays.stream(Codec.values()).filter(this::carries).map(Codec::label)
                    .collect(Collectors.joining(", "));
            throw new UnsupportedException("export", "codec", config.rfc6381(),
                    carried + "; FLV, MP4 and CMAF support all codecs");
        }
    }

    /** Returns the current configuration of a track, null before its first one. */
    final CodecConfig current(TrackId track) {
        Input input = inputs.get(track);
        return input == null ? null : input.config;
    }

    @Override
    public void frame(TagEvent.Frame frame) {
        if (!(BodyReader.tag(frame.tag()) instanceof TrackMedia.AccessUnit unit) || !unit.data().hasRemaining()) {
            return;
        }
        TrackId track = track(frame);
        if (unit.codec().isVideo()) {
            Input input = inputs.get(track);
            long dts90k = Math.max(unit.decodingMs() * TICKS_PER_MS, input.lastVideo90k + 1);
            input.lastVideo90k = dts90k;
            ByteBuffer data = unit.codec() == Codec.AV1 ? Av1TemporalUnit.withoutDelimiter(unit.data()) : unit.data();
            picture(track, (VideoConfig) input.config, dts90k, unit.presentationMs() * TICKS_PER_MS, frame.entry(),
                    data);
        } else {
            // A codec without a sequence header has its configuration in each frame.
            unit.codec().inBand(unit.data()).ifPresent(config -> begin(track, config));
            Input input = inputs.get(track);
            AudioConfig config = (AudioConfig) input.config;
            int samples = config.frameSamples(unit.data());
            sound(track, config, input.audioClock.place(unit.decodingMs(), samples), samples, unit.data());
        }
    }
}
