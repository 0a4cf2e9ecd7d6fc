package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.isobmff.SampleEntryReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the samples of a fragmented file (ISO/IEC 14496-12, 8.8): {@code moov} lists the tracks and their defaults,
 * and each {@code moof} lists samples.
 *
 * <pre>
 * moov > mvex > trex                      defaults for the samples of a track
 * moof > traf > tfhd [tfdt] trun*         overrides of the defaults, start time of the fragment, and its samples
 * </pre>
 *
 * <p>Limits are those of {@link Mp4Reader}. Confined to one thread.
 */
public final class FragmentReader {
    private static final int BASE_DATA_OFFSET = 0x1;
    private static final int DESCRIPTION_INDEX = 0x2;
    private static final int DEFAULT_DURATION = 0x8;
    private static final int DEFAULT_SIZE = 0x10;
    private static final int DEFAULT_FLAGS = 0x20;
    private static final int DATA_OFFSET = 0x1;
    private static final int FIRST_SAMPLE_FLAGS = 0x4;
    private static final int SAMPLE_DURATION = 0x100;
    private static final int SAMPLE_SIZE = 0x200;
    private static final int SAMPLE_FLAGS = 0x400;
    private static final int SAMPLE_COMPOSITION = 0x800;
    /** sample_is_non_sync_sample in the flags of a sample. */
    private static final int NON_SYNC = 0x1_0000;

    private final List<Mp4Track> tracks;
    private final Map<Long, SampleList> samples = new HashMap<>();
    private final Map<Long, Defaults> defaults = new HashMap<>();

    /** Values of a sample that does not specify its own. */
    private record Defaults(long description, long durationTicks, long sizeBytes, int flags) {}

    /** @param moov payload of the moov box */
    public FragmentReader(ByteBuffer moov) {
        tracks = Mp4Reader.read(moov);
        tracks.forEach(track -> samples.put(track.id(), new SampleList(track.samples())));
        var boxes = new Boxes(Boxes.need(moov, "moov", "mvex"));
        while (boxes.next()) {
            if (boxes.type().equals("trex")) {
                var in = Boxes.fullBox("trex", boxes.payload());
                defaults.put(in.uint32("track_ID"), new Defaults(in.uint32("default_sample_description_index"),
                        in.uint32("default_sample_duration"), in.uint32("default_sample_size"),
                        in.int32("default_sample_flags")));
            }
        }
    }

    /** Returns whether the samples are in fragments, in which case {@link Mp4Reader#read} finds few or none. */
    public static boolean isFragmented(ByteBuffer moov) {
        return Boxes.find(moov, "mvex").isPresent();
    }

    /**
     * Adds the samples of one fragment. Call it in file order.
     *
     * @param moof payload of the moof box
     * @param position position of the moof box in the file
     */
    public void add(ByteBuffer moof, long position) {
        long end = position;
        var boxes = new Boxes(moof);
        while (boxes.next()) {
            if (boxes.type().equals("traf")) {
                end = track(boxes.payload(), position, end);
            }
        }
    }

    /** Returns the tracks with all samples added so far. */
    public List<Mp4Track> tracks() {
        return tracks.stream().map(track -> new Mp4Track(track.id(), track.configs(), track.timescale(),
                track.startTicks(), samples.get(track.id()).table())).toList();
    }

    /**
     * Adds the samples of one traf. Returns where the data of this track ends, which is where the data of the next
     * track starts unless that specifies an offset.
     */
    private long track(ByteBuffer traf, long moofPosition, long previousEnd) {
        ByteBuffer header = Boxes.need(traf, "traf", "tfhd");
        int flags = Boxes.flags("tfhd", header);
        var in = Boxes.fullBox("tfhd", header);
        long id = in.uint32("track_ID");
        long base = (flags & BASE_DATA_OFFSET) != 0
                ? in.int64("base_data_offset")
                // default-base-is-moof, or the first track of the fragment, which means the same
                : (flags & 0x2_0000) != 0 ? moofPosition : previousEnd;
        Defaults own = defaults(in, flags, defaults.getOrDefault(id, new Defaults(1, 0, 0, 0)));
        // A track that is not read is parsed too, because the data of the next track may follow its data.
        SampleList list = samples.getOrDefault(id, new SampleList());
        Boxes.find(traf, "tfdt").ifPresent(tfdt -> list.continueAt(decodeTime(tfdt)));
        long next = base;
        var boxes = new Boxes(traf);
        while (boxes.next()) {
            if (boxes.type().equals("trun")) {
                next = run(boxes.payload(), base, next, own, list);
            }
        }
        return next;
    }

    private static Defaults defaults(ByteReader in, int flags, Defaults from) {
        return new Defaults(
                (flags & DESCRIPTION_INDEX) != 0 ? in.uint32("sample_description_index") : from.description,
                (flags & DEFAULT_DURATION) != 0 ? in.uint32("default_sample_duration") : from.durationTicks,
                (flags & DEFAULT_SIZE) != 0 ? in.uint32("default_sample_size") : from.sizeBytes,
                (flags & DEFAULT_FLAGS) != 0 ? in.int32("default_sample_flags") : from.flags);
    }

    private static long decodeTime(ByteBuffer tfdt) {
        boolean wide = Boxes.version("tfdt", tfdt) == 1;
        var in = Boxes.fullBox("tfdt", tfdt);
        return wide
                ? in.int64("baseMediaDecodeTime")
                : in.uint32("baseMediaDecodeTime");
    }

    private static long run(ByteBuffer trun, long base, long previousEnd, Defaults defaults, SampleList list) {
        int flags = Boxes.flags("trun", trun);
        var in = Boxes.fullBox("trun", trun);
        long count = in.uint32("sample_count");
        long offset = (flags & DATA_OFFSET) != 0 ? base + in.int32("data_offset") : previousEnd;
        int firstFlags = (flags & FIRST_SAMPLE_FLAGS) != 0 ? in.int32("first_sample_flags") : defaults.flags;
        if (offset < 0) {
            throw MalformedException.value("trun", "data_offset", offset, "within the file");
        }
        for (long i = 0; i < count; i++) {
            long duration = (flags & SAMPLE_DURATION) != 0 ? in.uint32("sample_duration") : defaults.durationTicks;
            long size = (flags & SAMPLE_SIZE) != 0 ? in.uint32("sample_size") : defaults.sizeBytes;
            int sampleFlags = (flags & SAMPLE_FLAGS) != 0
                    ? in.int32("sample_flags")
                    : i == 0 ? firstFlags : defaults.flags;
            // Offsets are unsigned in version 0, but writers put negative values there.
            int composition = (flags & SAMPLE_COMPOSITION) != 0 ? in.int32("sample_composition_time_offset") : 0;
            list.add(offset, size, description(defaults), duration, composition, (sampleFlags & NON_SYNC) == 0);
            offset += size;
        }
        return offset;
    }

    private static int description(Defaults defaults) {
        if (defaults.description > SampleEntryReader.MAX_ENTRIES) {
            throw new UnsupportedException("tfhd", "sample_description_index", defaults.description, "1 to 1024");
        }
        return Math.max(0, (int) defaults.description - 1);
    }
}
