package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.isobmff.BoxHeader;
import io.millrace.media.isobmff.Boxes;
import io.millrace.media.isobmff.SampleEntryReader;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the {@code moov} box of an MP4 or QuickTime file (ISO/IEC 14496-12, 8.2 to 8.6). Fragments are read by
 * {@link FragmentReader}.
 *
 * <p>Stateless. Only the first video track and the first audio track are read; {@link #tracksLeftOut} counts the
 * others. Subtitles and time codes are ignored. Of an edit list, only the leading empty edits and the start of the
 * first other edit are used.
 */
public final class Mp4Reader {
    /** Maximum size of a moov box: 24 hours at 60 frames per second and AAC take about 100 MB. */
    public static final int MAX_MOOV_BYTES = 256 * 1024 * 1024;
    /** Maximum number of samples of one track: more than 24 hours at 60 frames per second. */
    public static final int MAX_SAMPLES = 6_000_000;
    /** Maximum size of one sample: the limit of an RTMP message. */
    public static final int MAX_SAMPLE_BYTES = 8 * 1024 * 1024;

    /** Maximum time in ticks of any timescale: 13 days in nanoseconds; multiplied by 1000 it still fits in 64 bits. */
    public static final long MAX_TICKS = 1L << 50;

    private static final int EDIT_RATE_BYTES = 4;

    private Mp4Reader() {}

    /**
     * Returns the tracks of a file, video first.
     *
     * @param moov payload of the moov box, at most {@link #MAX_MOOV_BYTES}; its position does not change
     * @throws UnsupportedException if a codec is not supported; the message names it
     */
    public static List<Mp4Track> read(ByteBuffer moov) {
        if (moov.remaining() > MAX_MOOV_BYTES) {
            throw new OverLimitException("moov", "size", moov.remaining(), MAX_MOOV_BYTES);
        }
        long movieTimescale = timescale("mvhd", Boxes.need(moov, "moov", "mvhd"));
        List<Mp4Track> tracks = new ArrayList<>();
        for (String handler : List.of("vide", "soun")) {
            firstTrack(moov, handler).map(trak -> track(trak, movieTimescale)).ifPresent(tracks::add);
        }
        return List.copyOf(tracks);
    }

    /** Returns the number of video and audio tracks that {@link #read} does not read. */
    public static int tracksLeftOut(ByteBuffer moov) {
        int video = 0;
        int audio = 0;
        var boxes = new Boxes(moov);
        while (boxes.next()) {
            if (boxes.type().equals("trak")) {
                String handler = handler(boxes.payload());
                video += handler.equals("vide") ? 1 : 0;
                audio += handler.equals("soun") ? 1 : 0;
            }
        }
        return Math.max(0, video - 1) + Math.max(0, audio - 1);
    }

    private static Optional<ByteBuffer> firstTrack(ByteBuffer moov, String handler) {
        var boxes = new Boxes(moov);
        while (boxes.next()) {
            if (boxes.type().equals("trak") && handler.equals(handler(boxes.payload()))) {
                return Optional.of(boxes.payload());
            }
        }
        return Optional.empty();
    }

    private static String handler(ByteBuffer trak) {
        var in = Boxes.fullBox("hdlr", Boxes.need(Boxes.need(trak, "trak", "mdia"), "mdia", "hdlr"));
        in.skip(4, "pre_defined");
        return BoxHeader.type(in.bytes(4, "handler_type"));
    }

    private static Mp4Track track(ByteBuffer trak, long movieTimescale) {
        ByteBuffer mdia = Boxes.need(trak, "trak", "mdia");
        ByteBuffer stbl = Boxes.need(Boxes.need(mdia, "mdia", "minf"), "minf", "stbl");
        long timescale = timescale("mdhd", Boxes.need(mdia, "mdia", "mdhd"));
        var configs = SampleEntryReader.configs(Boxes.need(stbl, "stbl", "stsd"));
        return new Mp4Track(id(trak), configs, timescale, startTicks(trak, movieTimescale, timescale),
                new SampleTableReader(stbl, configs.size()).read());
    }

    private static long id(ByteBuffer trak) {
        ByteBuffer tkhd = Boxes.need(trak, "trak", "tkhd");
        int timesBytes = Boxes.version("tkhd", tkhd) == 1 ? 16 : 8;
        var in = Boxes.fullBox("tkhd", tkhd);
        in.skip(timesBytes, "creation_time");
        return in.uint32("track_ID");
    }

    /**
     * Returns the timescale. mvhd and mdhd start with the same fields: two times of 32 or 64 bits, then the timescale.
     */
    private static long timescale(String type, ByteBuffer box) {
        int version = Boxes.version(type, box);
        var in = Boxes.fullBox(type, box);
        in.skip(version == 1 ? 16 : 8, "creation_time");
        long timescale = in.uint32("timescale");
        if (timescale == 0 || timescale > Integer.MAX_VALUE) {
            throw MalformedException.value(type, "timescale", timescale, "1 to 2^31 - 1");
        }
        return timescale;
    }

    private static long startTicks(ByteBuffer trak, long movieTimescale, long timescale) {
        Optional<ByteBuffer> elst = Boxes.find(trak, "edts").flatMap(edts -> Boxes.find(edts, "elst"));
        if (elst.isEmpty()) {
            return 0;
        }
        boolean wide = Boxes.version("elst", elst.get()) == 1;
        ByteReader in = Boxes.fullBox("elst", elst.get());
        long entries = in.uint32("entry_count");
        long emptyTicks = 0;
        for (long i = 0; i < entries; i++) {
            long duration = wide ? in.int64("segment_duration") : in.uint32("segment_duration");
            long mediaTime = wide ? in.int64("media_time") : in.int32("media_time");
            in.skip(EDIT_RATE_BYTES, "media_rate");
            if (mediaTime >= 0) {
                // Rescales twice the value and halves the result to round to the nearest tick, because the movie's
                // timescale is coarse.
                long twice = Ticks.rescale(2 * emptyTicks, movieTimescale, timescale);
                return (twice + 1) / 2 - bounded(mediaTime);
            }
            emptyTicks = bounded(emptyTicks + bounded(duration));
        }
        return 0;
    }

    private static long bounded(long ticks) {
        if (ticks < 0) {
            throw MalformedException.value("elst", "media_time", ticks, "0 or more");
        }
        if (ticks > MAX_TICKS) {
            throw new OverLimitException("elst", "media_time", ticks, MAX_TICKS);
        }
        return ticks;
    }
}
