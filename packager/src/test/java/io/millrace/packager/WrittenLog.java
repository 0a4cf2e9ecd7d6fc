package io.millrace.packager;

import io.millrace.media.codec.AacConfig;
import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Packet.Kind;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One partition of {@code packets} and {@code segments} as ingest and the segmenter write them. All streams send the
 * same FFmpeg recording ({@code av.flv}), interleaved. Offsets are indices.
 */
public final class WrittenLog {
    /** A record of the log. */
    public record Entry<T>(long offset, String stream, T value) {}

    /** Interval between the arrivals of two packets, µs. */
    private static final long ARRIVAL_US = 10_000;

    public final List<Entry<Packet>> packets = new ArrayList<>();
    public final List<Entry<Cut>> cuts = new ArrayList<>();
    private final Map<String, Long> nextSegment = new HashMap<>();
    private final List<Format> formats;

    /** Creates a log of epochs in MPEG-TS. */
    public WrittenLog() {
        this(Format.TS);
    }

    /** Creates a log of epochs in these formats. */
    public WrittenLog(Format... formats) {
        this.formats = List.of(formats);
    }

    /**
     * Each of {@code streams} sends the clip once, all at the same time, cut into parts of {@code partFrames} frames.
     */
    public WrittenLog publish(long session, int partFrames, String... streams) {
        List<FlvTag> tags = clip();
        Map<String, List<Entry<Packet>>> byStream = new HashMap<>();
        for (FlvTag tag : tags) {
            for (String stream : streams) {
                Entry<Packet> entry = new Entry<>(packets.size(), stream, packet(session, tag));
                packets.add(entry);
                byStream.computeIfAbsent(stream, _ -> new ArrayList<>()).add(entry);
            }
        }
        List<Entry<Cut>> fresh = new ArrayList<>();
        for (String stream : streams) {
            cut(stream, session, partFrames, byStream.get(stream))
                    .forEach(cut -> fresh.add(new Entry<>(0, stream, cut)));
        }
        fresh.sort(Comparator.comparingLong(entry -> entry.value().packets().lastOffset()));
        fresh.forEach(entry -> cuts.add(new Entry<>(cuts.size(), entry.stream(), entry.value())));
        return this;
    }

    /** Replaces the codecs of every segment's tracks by name, as if the stream had had others. */
    public void recode(String stream, String videoCodec, String audioCodec) {
        cuts.replaceAll(entry -> {
            Cut c = entry.value();
            Cut.SegmentHead h = c.head();
            return h == null || !entry.stream().equals(stream)
                    ? entry
                    : new Entry<>(entry.offset(), stream, c.withHead(new Cut.SegmentHead(h.rules(), h.start(),
                            recoded(h.tracks(), videoCodec, audioCodec), h.originMs(), h.timestampOffsetMs(),
                            h.state())));
        });
    }

    /** Returns the tracks with other codecs; without those whose codec is null. */
    public static List<Track> recoded(List<Track> tracks, String videoCodec, String audioCodec) {
        return tracks.stream()
                .map(track -> new Track(track.id(), track.kind(), track.kind() == Kind.VIDEO ? videoCodec : audioCodec,
                        track.config()))
                .filter(track -> track.codec() != null).toList();
    }

    /** Replaces the body of the packet at {@code offset}. */
    public void damage(long offset, ByteBuffer body) {
        Entry<Packet> entry = packets.get((int) offset);
        packets.set((int) offset, new Entry<>(offset, entry.stream(), entry.value().withBody(body)));
    }

    private Packet packet(long session, FlvTag tag) {
        boolean video = tag.type() == FlvTag.Type.VIDEO;
        boolean config = tag.body().get(1) == 0;
        boolean keyframe = video && !config && tag.body().get(0) >>> 4 == 1;
        int composition = video && VideoTagBody.parse(tag.body()) instanceof VideoTagBody.Frame frame
                ? frame.compositionTimeMs()
                : 0;
        return new Packet(session, packets.size(), packets.size() * ARRIVAL_US, tag.timestampMs(), composition,
                video ? Kind.VIDEO : Kind.AUDIO, 0,
                config ? Packet.Content.CONFIG : keyframe ? Packet.Content.KEYFRAME : Packet.Content.OTHER, tag.body());
    }

    private List<Cut> cut(String stream, long session, int partFrames, List<Entry<Packet>> entries) {
        ByteBuffer video = null;
        AacConfig audio = null;
        List<List<Entry<Packet>>> segments = new ArrayList<>();
        for (Entry<Packet> entry : entries) {
            Packet packet = entry.value();
            if (packet.isConfig() && packet.kind() == Kind.VIDEO) {
                video = ((VideoTagBody.Config) VideoTagBody.parse(packet.body())).record();
            } else if (packet.isConfig()) {
                AudioTagBody.Config config = (AudioTagBody.Config) AudioTagBody.parse(packet.body());
                audio = (AacConfig) CodecConfig.parse(config.codec(), config.record());
            } else if (packet.isKeyframe()) {
                segments.add(new ArrayList<>(List.of(entry)));
            } else if (!segments.isEmpty()) {
                segments.getLast().add(entry);
            }
        }
        List<Cut> parts = new ArrayList<>();
        Map<Long, Integer> durations = durations(segments, audio.sampleRate());
        for (List<Entry<Packet>> segment : segments) {
            long number = nextSegment.merge(stream, 1L, Long::sum) - 1;
            Cut.SegmentHead head = new Cut.SegmentHead(
                    new EpochRules(EpochRules.CURRENT_VERSION, 480, 160, 30_000, 30_000, formats),
                    new SegmentStart(true, false, 0, 1), List.of(new Track(0, Kind.VIDEO, "AVC", video),
                            new Track(0, Kind.AUDIO, "AAC", audio.record())),
                    0, 0, ByteBuffer.allocate(0));
            for (int from = 0; from < segment.size(); from += partFrames) {
                int to = Math.min(segment.size(), from + partFrames);
                parts.add(part(session, number, from / partFrames, to == segment.size(), from == 0 ? head : null,
                        segment.subList(from, to), audio.sampleRate(), durations));
            }
        }
        return parts;
    }

    private static Cut part(long session, long segment, int part, boolean last, Cut.SegmentHead head,
            List<Entry<Packet>> entries, int sampleRate, Map<Long, Integer> durations) {
        long first = entries.getFirst().offset();
        long startTicks = entries.getFirst().value().timestampMs() * 90;
        List<Cut.Sample> samples = entries.stream()
                .map(entry -> sample(entry, first, sampleRate, durations.get(entry.offset())))
                .toList();
        boolean independent = entries.stream().anyMatch(entry -> entry.value().isKeyframe());
        // Each stream of a test has one session, so its epoch is the number of that session: 7.
        return new Cut(new PartId(7, segment, part), session, last, independent,
                new Cut.PacketRange(first, entries.getLast().offset()), new PartTimes(startTicks, 14_400,
                        1_767_225_600_000L + startTicks / 90, entries.getLast().value().arrivalUs()),
                head, samples);
    }

    private static Cut.Sample sample(Entry<Packet> entry, long first, int sampleRate, int duration) {
        Packet packet = entry.value();
        return new Cut.Sample((int) (entry.offset() - first), packet.kind(), 0, dts(packet, sampleRate),
                (int) Ticks.rescale(packet.compositionTimeMs(), Ticks.MILLIS, timescale(packet, sampleRate)), duration,
                packet.isKeyframe());
    }

    private static int timescale(Packet packet, int sampleRate) {
        return packet.kind() == Kind.VIDEO ? Ticks.MPEG : sampleRate;
    }

    private static long dts(Packet packet, int sampleRate) {
        return Ticks.rescale(packet.timestampMs(), Ticks.MILLIS, timescale(packet, sampleRate));
    }

    /** Returns the durations by offset: up to the next frame of the track; the last one is as long as the one before. */
    private static Map<Long, Integer> durations(List<List<Entry<Packet>>> segments, int sampleRate) {
        Map<Long, Integer> durations = new HashMap<>();
        Map<Kind, Entry<Packet>> before = new HashMap<>();
        for (Entry<Packet> entry : segments.stream().flatMap(List::stream).toList()) {
            Entry<Packet> last = before.put(entry.value().kind(), entry);
            if (last != null) {
                int ticks = (int) (dts(entry.value(), sampleRate) - dts(last.value(), sampleRate));
                durations.put(last.offset(), ticks);
                durations.put(entry.offset(), ticks);
            }
        }
        return durations;
    }

    private static List<FlvTag> clip() {
        try (InputStream in = WrittenLog.class.getResourceAsStream("/av.flv")) {
            ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
            FlvReader reader = new FlvReader(1 << 20);
            List<FlvTag> tags = new ArrayList<>();
            while (bytes.hasRemaining()) {
                Optional<FlvTag> tag = reader.read(bytes);
                tag.filter(t -> t.type() == FlvTag.Type.VIDEO && t.body().get(1) != 2 || t.type() == FlvTag.Type.AUDIO)
                        .ifPresent(tags::add);
            }
            return tags;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
