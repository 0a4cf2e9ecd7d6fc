package io.millrace.media.mpegts;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.codec.HevcConfig;
import io.millrace.media.codec.HevcNal;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.mpegts.TsSample.Kind;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A file written by FFmpeg, as samples on our timeline, split into segments at keyframes. */
record Clip(VideoConfig video, AudioConfig audio, List<TsSample> samples) {
    /** 10 s, which the packager adds so that no clock is negative. */
    static final long OFFSET_TICKS = 900_000;

    /** H.264 and AAC. */
    static Clip load() {
        return load("/mpegts/av.flv");
    }

    static Clip load(String file) {
        VideoConfig video = null;
        AudioConfig audio = null;
        List<TsSample> samples = new ArrayList<>();
        for (FlvTag tag : new FlvReader(1 << 20).readAll(ByteBuffer.wrap(resource(file)))) {
            boolean media = tag.type() == FlvTag.Type.VIDEO || tag.type() == FlvTag.Type.AUDIO;
            switch (media ? BodyReader.tag(tag) : null) {
                case TrackMedia.Configuration(var _, Codec codec, ByteBuffer record) when record.hasRemaining() -> {
                    switch (CodecConfig.parse(codec, record)) {
                        case VideoConfig config -> video = config;
                        case AudioConfig config -> audio = config;
                    }
                }
                case TrackMedia.AccessUnit unit -> {
                    audio = unit.codec().inBand(unit.data()).map(AudioConfig.class::cast).orElse(audio);
                    samples.add(new TsSample(unit.codec().isVideo() ? Kind.VIDEO : Kind.AUDIO,
                            unit.decodingMs() * 90 + OFFSET_TICKS, unit.presentationMs() * 90 + OFFSET_TICKS,
                            unit.data()));
                }
                case null, default -> {
                    // Metadata, the end of the file.
                }
            }
        }
        return new Clip(video, audio, samples);
    }

    static byte[] resource(String name) {
        try (InputStream in = Clip.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Clip only(Kind kind) {
        List<TsSample> kept = samples.stream().filter(sample -> sample.kind() == kind).toList();
        return new Clip(kind == Kind.VIDEO ? video : null, kind == Kind.AUDIO ? audio : null, kept);
    }

    List<TsSample> of(Kind kind) {
        return only(kind).samples();
    }

    boolean isKeyframe(TsSample sample) {
        return sample.kind() == Kind.VIDEO && switch (video) {
            case AvcConfig avc -> NalUnits.containsIdr(sample.data(), avc.nalLengthSize());
            case HevcConfig hevc -> HevcNal.containsIrap(sample.data(), hevc.nalLengthSize());
            case VideoConfig other -> throw new AssertionError(other);
        };
    }

    /** Starts a segment at every keyframe; without video every 20 frames. */
    List<List<TsSample>> segments() {
        List<List<TsSample>> segments = new ArrayList<>();
        for (TsSample sample : samples) {
            boolean first = video == null ? segments.isEmpty() || segments.getLast().size() == 20 : isKeyframe(sample);
            if (first || segments.isEmpty()) {
                segments.add(new ArrayList<>());
            }
            segments.getLast().add(sample);
        }
        return segments;
    }

    /** Splits a segment's samples into parts of 1 to {@code longest} samples. */
    static List<List<TsSample>> parts(List<TsSample> segment, Random random, int longest) {
        List<List<TsSample>> parts = new ArrayList<>();
        for (int from = 0; from < segment.size();) {
            int to = Math.min(segment.size(), from + 1 + random.nextInt(longest));
            parts.add(segment.subList(from, to));
            from = to;
        }
        return parts;
    }

    /** Muxes one segment and returns its parts. */
    List<ByteBuffer> mux(List<List<TsSample>> parts, long segmentNumber) {
        TsSegmentMuxer muxer = new TsSegmentMuxer(video, audio, segmentNumber, false);
        List<ByteBuffer> bytes = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            bytes.add(muxer.part(parts.get(i), i == parts.size() - 1));
        }
        return bytes;
    }

    /** Muxes every segment, each in random parts. */
    List<List<ByteBuffer>> muxAll(Random random, int longestPart) {
        List<List<ByteBuffer>> all = new ArrayList<>();
        for (List<TsSample> segment : segments()) {
            all.add(mux(parts(segment, random, longestPart), all.size()));
        }
        return all;
    }
}
