package io.millrace.segmenter.cut;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.Mp3Config;
import io.millrace.media.codec.PictureSize;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.Track;
import io.millrace.platform.log.TrackId;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The codec configuration of a track, as the cutter needs it. Immutable. Two are equal if the bytes of their
 * configuration records and their picture sizes are.
 *
 * @param size the picture size of the newest keyframe, which init sections contain; {@link PictureSize#NONE} if the
 *     record contains it (all codecs but VP9, as a rule), or before the first keyframe
 */
record TrackConfig(CodecConfig config, PictureSize size) {

    TrackConfig(CodecConfig config) {
        this(config, PictureSize.NONE);
    }

    /**
     * Returns the configuration from a video frame on: with the picture size of a keyframe, if that is not in the
     * record. A frame that is none, whatever the encoder claims, or whose header cannot be parsed changes nothing.
     */
    TrackConfig at(ByteBuffer frame) {
        if (!isSizedByKeyframes()) {
            return this;
        }
        try {
            PictureSize newest = ((VideoConfig) config).pictureSize(frame);
            return newest.equals(PictureSize.NONE) ? this : new TrackConfig(config, newest);
        } catch (MediaException _) {
            return this;
        }
    }

    /** Returns whether the record does not contain the size of the pictures. */
    boolean isSizedByKeyframes() {
        return config instanceof VideoConfig video && video.width() == 0;
    }

    /** Returns this configuration, or {@code before} if the records are equal: that does not change the picture size. */
    TrackConfig after(TrackConfig before) {
        return before != null && before.config.equals(config) ? before : this;
    }

    Codec codec() {
        return config.codec();
    }

    /** Returns the track with this configuration and these captions. */
    Track track(TrackId id, TrackLabel label, List<String> captions) {
        return new Track(id.id(), id.kind(), codec().name(), record(), codec().isVideo() ? Ticks.MPEG : sampleRate(),
                label.language(), label.name(), captions);
    }

    /** Returns the configuration of {@code track}, which {@link #track} created. */
    static TrackConfig of(Track track) {
        return new TrackConfig(CodecConfig.parse(Codec.valueOf(track.codec()), track.config().duplicate()));
    }

    ByteBuffer record() {
        return config.record();
    }

    String rfc6381() {
        return config.rfc6381();
    }

    /** Returns the ticks per second of an audio track; 0 for video. */
    int sampleRate() {
        return config instanceof AudioConfig audio ? audio.sampleRate() : 0;
    }

    /**
     * Returns the duration of {@code frame} in ticks of an audio track; 0 for video.
     *
     * @throws io.millrace.media.bytes.MediaException if the frame does not contain its duration
     */
    int frameSamples(ByteBuffer frame, EpochRules rules) {
        return switch (config) {
            case Mp3Config mp3 when !rules.countsMp3Frames() -> mp3.frameLength();
            case AudioConfig audio -> audio.frameSamples(frame);
            case VideoConfig _ -> 0;
        };
    }

    /** Writes {@code config}, which may be null, as a field of {@code parent}. */
    static void write(TrackConfig config, String field, Generic parent) {
        Generic child = parent.child(field);
        if (config != null) {
            write(config, child);
        }
        parent.put(field, config == null ? null : child);
    }

    static void write(TrackConfig config, Generic g) {
        g.put("codec", config.codec().name()).put("record", config.record()).put("width", config.size.width())
                .put("height", config.size.height());
    }

    /** Returns the configuration that {@link #write} wrote, possibly null. */
    static TrackConfig read(String field, Generic parent) {
        if (parent.isNull(field)) {
            return null;
        }
        return read(parent.record(field));
    }

    static TrackConfig read(Generic g) {
        return new TrackConfig(CodecConfig.parse(g.symbol("codec", Codec.class), g.bytes("record")),
                new PictureSize(g.int32("width"), g.int32("height")));
    }
}
