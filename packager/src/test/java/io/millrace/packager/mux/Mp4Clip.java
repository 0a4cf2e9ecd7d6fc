package io.millrace.packager.mux;

import io.millrace.media.codec.Codec;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.mp4.Mp4Reader;
import io.millrace.media.mp4.Mp4Track;
import io.millrace.media.mp4.SampleTable;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Records;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The tracks of an MP4 file as the packets of an Enhanced RTMP session, cut into one segment of parts with a fixed number
 * of samples.
 */
final class Mp4Clip {
    private static final long SESSION = 7;

    /** Packets in the order of their decoding times; the offset of each is its index. */
    final List<Packet> packets = new ArrayList<>();
    final List<Cut> cuts = new ArrayList<>();

    private record Unit(Track track, long dts, int composition, int duration, boolean key, ByteBuffer body) {
        long due() {
            return Ticks.rescale(dts, track.timescale(), Ticks.MPEG);
        }
    }

    /** Creates a segment of an epoch in CMAF. */
    Mp4Clip(String resource, int samplesPerPart) {
        this(resource, samplesPerPart, Format.CMAF);
    }

    Mp4Clip(String resource, int samplesPerPart, Format... formats) {
        ByteBuffer file = file(resource);
        List<Unit> units = new ArrayList<>();
        List<Track> tracks = new ArrayList<>();
        for (Mp4Track source : Mp4Reader.read(Boxes.need(file, "file", "moov"))) {
            CodecConfig config = source.config();
            boolean video = config.codec().isVideo();
            Track track = new Track(0, video ? Packet.Kind.VIDEO : Packet.Kind.AUDIO, config.codec().name(),
                    config.record(), video ? Ticks.MPEG : (int) source.timescale());
            tracks.add(track);
            for (int n = 0; n < source.samples().count(); n++) {
                units.add(unit(source, n, track, file));
            }
        }
        units.sort(Comparator.comparingLong(Unit::due));
        for (Unit unit : units) {
            packets.add(new Packet(SESSION, packets.size(), 1_000_000 + packets.size() * 10_000L, 0, 0,
                    unit.track.kind(), 0, unit.key ? Packet.Content.KEYFRAME : Packet.Content.OTHER, unit.body));
        }
        var rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000, List.of(formats));
        var head = new Cut.SegmentHead(rules, new SegmentStart(true, false, 0, 2), tracks, 0, 0,
                ByteBuffer.allocate(0));
        for (int from = 0; from < units.size(); from += samplesPerPart) {
            int to = Math.min(units.size(), from + samplesPerPart);
            cuts.add(cut(units.subList(from, to), from, from / samplesPerPart, to == units.size(), head));
        }
    }

    private static Unit unit(Mp4Track source, int n, Track track, ByteBuffer file) {
        SampleTable samples = source.samples();
        long end = n + 1 < samples.count() ? samples.decodingTicks(n + 1) : samples.endTicks();
        long dts = Ticks.rescale(samples.decodingTicks(n), source.timescale(), track.timescale());
        long pts = Ticks.rescale(samples.decodingTicks(n) + samples.compositionOffsetTicks(n), source.timescale(),
                track.timescale());
        int duration = (int) (Ticks.rescale(end, source.timescale(), track.timescale()) - dts);
        ByteBuffer data = file.slice((int) samples.offset(n), samples.sizeBytes(n));
        return new Unit(track, dts, (int) (pts - dts), duration, samples.isSync(n),
                body(source.config().codec(), samples.isSync(n), data));
    }

    /** Enhanced RTMP: the header of coded frames, the composition time of H.264 and HEVC (which no muxer reads), and the frame. */
    private static ByteBuffer body(Codec codec, boolean key, ByteBuffer data) {
        ByteBuffer body = ByteBuffer.allocate(8 + data.remaining());
        switch (codec) {
            case HEVC -> body.put((byte) (key ? 0x91 : 0xA1)).put(ascii("hvc1")).put(new byte[3]);
            case AV1 -> body.put((byte) (key ? 0x91 : 0xA1)).put(ascii("av01"));
            case OPUS -> body.put((byte) 0x91).put(ascii("Opus"));
            case AAC -> body.put((byte) 0xAF).put((byte) 1);
            case AVC -> body.put((byte) (key ? 0x17 : 0x27)).put((byte) 1).put(new byte[3]);
            case MP3 -> body.put((byte) 0x91).put(ascii(".mp3"));
            case AC3 -> body.put((byte) 0x91).put(ascii("ac-3"));
            case EAC3 -> body.put((byte) 0x91).put(ascii("ec-3"));
            default -> throw new IllegalArgumentException("no clip has " + codec);
        }
        return body.put(data.duplicate()).flip();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Cut cut(List<Unit> units, int firstOffset, int part, boolean last, Cut.SegmentHead head) {
        List<Cut.Sample> samples = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            Unit u = units.get(i);
            samples.add(new Cut.Sample(i, u.track.kind(), 0, u.dts, u.composition, u.duration, u.key));
        }
        boolean independent = units.stream().anyMatch(u -> u.key && u.track.kind() == Packet.Kind.VIDEO);
        long startTicks = units.getFirst().due();
        return new Cut(new PartId(SESSION, 4, part), SESSION, last, independent,
                new Cut.PacketRange(firstOffset, firstOffset + units.size() - 1),
                new PartTimes(startTicks, 9_000, Records.EPOCH_MS + startTicks / 90, 0), part == 0 ? head : null,
                samples);
    }

    private static ByteBuffer file(String resource) {
        try (InputStream in = Mp4Clip.class.getResourceAsStream(resource)) {
            return ByteBuffer.wrap(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
