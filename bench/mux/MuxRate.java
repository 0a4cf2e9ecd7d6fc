import io.millrace.packager.mux.MuxedPart;
import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.log.Track;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Muxes a segment of H.264 (6 Mbit/s, 30 frames a second, 2 s in four parts) and AAC again and again, and prints MB of media per
 * second of CPU time, for each format and for a copy of the same frames. The packets are those of the log, so parsing them is included; LogCodec's
 * encoding of the records is a line of its own.
 */
public final class MuxRate {
    private static final int FRAMES = 60;
    private static final int FRAMES_PER_PART = 15;
    private static final int SOUNDS_PER_FRAME = 2;
    private static final int FRAME_BYTES = 25_000;
    private static final int KEY_BYTES = 100_000;
    private static final int SOUND_BYTES = 340;
    private static final int ROUNDS = 12;
    private static final long ROUND_NS = 500_000_000;

    private final List<Packet> packets = new ArrayList<>();
    private final List<Cut> cuts = new ArrayList<>();
    private long mediaBytes;

    private MuxRate() {
        Random random = new Random(17);
        List<Track> tracks = List.of(
                new Track(0, Packet.Kind.VIDEO, "AVC", hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
                        + "0300f03c60c4118001000668e84394b22cfdf8f800"), 90_000),
                new Track(0, Packet.Kind.AUDIO, "AAC", hex("119056e500"), 48_000));
        var rules = new EpochRules(EpochRules.CURRENT_VERSION, 2_000, 500, 30_000, 30_000,
                List.of(Format.CMAF, Format.TS));
        var head = new Cut.SegmentHead(rules, new SegmentStart(true, false, 0, 2), tracks, 0, 0, ByteBuffer.allocate(0));
        for (int from = 0; from < FRAMES; from += FRAMES_PER_PART) {
            long firstOffset = packets.size();
            List<Cut.Sample> samples = new ArrayList<>();
            for (int i = from; i < from + FRAMES_PER_PART; i++) {
                samples.add(new Cut.Sample((int) (packets.size() - firstOffset), Packet.Kind.VIDEO, 0, i * 3_000L, 0, 3_000,
                        i == 0));
                packets.add(picture(i == 0, random));
                for (int n = 0; n < SOUNDS_PER_FRAME; n++) {
                    samples.add(new Cut.Sample((int) (packets.size() - firstOffset), Packet.Kind.AUDIO, 0,
                            (i * SOUNDS_PER_FRAME + n) * 800L, 0, 800, true));
                    packets.add(sound(random));
                }
            }
            cuts.add(new Cut(new PartId(17, 0, from / FRAMES_PER_PART), 17, from + FRAMES_PER_PART == FRAMES, from == 0,
                    new Cut.PacketRange(firstOffset, packets.size() - 1), new PartTimes(from * 3_000L, 45_000, 0, 0),
                    from == 0 ? head : null, samples));
        }
    }

    private static ByteBuffer hex(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits));
    }

    private Packet picture(boolean key, Random random) {
        int size = key ? KEY_BYTES : FRAME_BYTES;
        mediaBytes += size;
        byte[] nal = new byte[size - 4];
        random.nextBytes(nal);
        nal[0] = (byte) (key ? 0x65 : 0x41);
        ByteBuffer body = ByteBuffer.allocate(5 + size).put((byte) (key ? 0x17 : 0x27)).put((byte) 1).put(new byte[3])
                .putInt(nal.length).put(nal).flip();
        return packet(Packet.Kind.VIDEO, key, body);
    }

    private Packet sound(Random random) {
        mediaBytes += SOUND_BYTES;
        byte[] frame = new byte[SOUND_BYTES];
        random.nextBytes(frame);
        return packet(Packet.Kind.AUDIO, false,
                ByteBuffer.allocate(2 + SOUND_BYTES).put((byte) 0xAF).put((byte) 1).put(frame).flip());
    }

    private Packet packet(Packet.Kind kind, boolean key, ByteBuffer body) {
        return new Packet(17, packets.size(), 0, 0, 0, kind, 0, key ? Packet.Content.KEYFRAME : Packet.Content.OTHER, body);
    }

    private long mux(List<RenditionId> renditions, boolean encode) {
        long bytes = 0;
        for (RenditionId rendition : renditions) {
            SegmentMux mux = new SegmentMux(rendition, cuts.getFirst());
            for (Cut cut : cuts) {
                MuxedPart part = mux.mux(cut, packets.subList((int) cut.packets().firstOffset(),
                        (int) cut.packets().lastOffset() + 1));
                bytes += encode ? LogCodec.encode(part.part()).length : part.part().bytes().remaining();
            }
        }
        return bytes;
    }

    private long copy() {
        long bytes = 0;
        for (Cut cut : cuts) {
            List<Packet> some = packets.subList((int) cut.packets().firstOffset(), (int) cut.packets().lastOffset() + 1);
            ByteBuffer out = ByteBuffer.allocate(some.stream().mapToInt(packet -> packet.body().remaining()).sum());
            some.forEach(packet -> out.put(packet.body().duplicate()));
            bytes += out.position();
        }
        return bytes;
    }

    private interface Work {
        long run();
    }

    /** CPU time of this thread: other processes and the collector's threads do not count. The best of several rounds. */
    private void measure(String name, Work work) {
        var threads = ManagementFactory.getThreadMXBean();
        double best = 0;
        long out = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long begin = threads.getCurrentThreadCpuTime();
            long ns = 0;
            long runs = 0;
            while (ns < ROUND_NS) {
                out = work.run();
                runs++;
                ns = threads.getCurrentThreadCpuTime() - begin;
            }
            best = Math.max(best, mediaBytes * runs * 1e3 / ns);
        }
        System.out.printf("%-28s %6.0f MB/s, %.3f bytes written per byte of media%n", name, best,
                (double) out / mediaBytes);
    }

    public static void main(String[] args) {
        var rate = new MuxRate();
        List<RenditionId> all = Renditions.of(rate.cuts.getFirst().head());
        List<RenditionId> cmaf = all.stream().filter(id -> id.format() == Format.CMAF).toList();
        rate.measure("copy", rate::copy);
        rate.measure("TS", () -> rate.mux(List.of(RenditionId.TS), false));
        rate.measure("CMAF, audio and video", () -> rate.mux(cmaf, false));
        rate.measure("TS and its records", () -> rate.mux(List.of(RenditionId.TS), true));
        rate.measure("CMAF and its records", () -> rate.mux(cmaf, true));
    }
}
