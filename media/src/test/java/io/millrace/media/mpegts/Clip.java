package io.millrace.media.mpegts;

import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.NalUnits;
import io.millrace.media.mpegts.TsSample.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A file written by FFmpeg ({@code mpegts/av.flv}), as samples on our timeline, split into segments at keyframes. */
record Clip(AvcConfig video, AacConfig audio, List<TsSample> samples) {
    /** 10 s, which the packager adds so that no clock is negative. */
    static final long OFFSET_TICKS = 900_000;

    static Clip load() {
        ByteBuffer in = ByteBuffer.wrap(resource("/mpegts/av.flv")).position(9 + 4);
        AvcConfig video = null;
        AacConfig audio = null;
        List<TsSample> samples = new ArrayList<>();
        while (in.hasRemaining()) {
            int type = in.get();
            int size = (in.getShort() & 0xFFFF) << 8 | in.get() & 0xFF;
            long dts = ((in.getShort() & 0xFFFF) << 8 | in.get() & 0xFF) * 90L + OFFSET_TICKS;
            ByteBuffer body = in.slice(in.position() + 4, size);
            in.position(in.position() + 4 + size + 4);
            if (type == 9 && body.get(1) == 0) {
                video = AvcConfig.parse(body.slice(5, size - 5));
            } else if (type == 9 && body.get(1) == 1) {
                long composition = (body.getInt(1) << 8 >> 8) * 90L;
                samples.add(new TsSample(Kind.VIDEO, dts, dts + composition, body.slice(5, size - 5)));
            } else if (type == 8 && body.get(1) == 0) {
                audio = AacConfig.parse(body.slice(2, size - 2));
            } else if (type == 8) {
                samples.add(new TsSample(Kind.AUDIO, dts, dts, body.slice(2, size - 2)));
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
        return sample.kind() == Kind.VIDEO && NalUnits.containsIdr(sample.data(), video.nalLengthSize());
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
