package io.millrace.media.fmp4;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.isobmff.BoxWriter;
import io.millrace.media.isobmff.HeaderBoxes;
import io.millrace.media.isobmff.SampleEntryWriter;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the part of a fragmented file before its first chunk (ISO/IEC 14496-12, 8.8; CMAF: ISO/IEC 23000-19, 7.3.1):
 *
 * <pre>
 * ftyp
 * moov  mvhd
 *       trak  tkhd
 *             mdia  mdhd  [elng]  hdlr
 *                   minf  vmhd | smhd
 *                         dinf dref url
 *                         stbl  stsd stts stsc stsz stco    all tables are empty
 *       mvex  [mehd]
 *             trex                                          one for each track
 * </pre>
 *
 * <p>Equal tracks result in equal bytes: creation times are 0. There are no edit lists, which CMAF forbids in tracks with
 * signed composition offsets. Stateless.
 */
public final class InitSection {
    private static final int MOVIE_TIMESCALE = Ticks.MILLIS;

    private InitSection() {}

    /** Returns the init section of a CMAF track. */
    public static ByteBuffer cmaf(Fmp4Track track) {
        return write(List.of(track), List.of("cmf2", "cmfc"), 0);
    }

    /**
     * Returns the beginning of a fragmented file, which has the same size for every duration. Players need the duration to
     * show it without reading the whole file.
     *
     * @param tracks in output order, at least one
     * @param durationMs duration of the longest track, at least 1; a number to be replaced if it is not known yet
     */
    public static ByteBuffer file(List<Fmp4Track> tracks, long durationMs) {
        return write(tracks, List.of(), durationMs);
    }

    private static ByteBuffer write(List<Fmp4Track> tracks, List<String> brands, long durationMs) {
        BoxWriter boxes = new BoxWriter();
        ByteWriter out = boxes.out();
        boxes.box("ftyp", () -> {
            // Major brand, minor version, compatible brands.
            out.bytes(ascii("iso6")).uint32(0).bytes(ascii("iso6"));
            brands.forEach(brand -> out.bytes(ascii(brand)));
            out.bytes(ascii("mp41"));
        });
        boxes.box("moov", () -> {
            int nextTrackId = tracks.stream().mapToInt(Fmp4Track::id).max().orElseThrow() + 1;
            HeaderBoxes.movie(boxes, 0, MOVIE_TIMESCALE, 0, nextTrackId);
            tracks.forEach(track -> boxes.box("trak", () -> track(track, boxes)));
            boxes.box("mvex", () -> {
                if (durationMs > 0) {
                    boxes.fullBox("mehd", 1, 0, () -> out.int64(durationMs));
                }
                // Sample description 1. The defaults of samples are in the fragments.
                tracks.forEach(track -> boxes.fullBox("trex", 0, 0,
                        () -> out.uint32(track.id()).uint32(1).uint32(0).uint32(0).uint32(0)));
            });
        });
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static void track(Fmp4Track track, BoxWriter boxes) {
        HeaderBoxes.track(boxes, 0, track.id(), 0, track.entry(), track.role());
        boolean video = track.entry().config().codec().isVideo();
        HeaderBoxes.media(boxes, 0, track.timescale(), 0, video, track.role(),
                () -> boxes.box("stbl", () -> sampleTable(track, boxes)));
    }

    private static void sampleTable(Fmp4Track track, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        boxes.fullBox("stsd", 0, 0, () -> {
            out.uint32(1);
            SampleEntryWriter.write(track.entry(), boxes);
        });
        boxes.fullBox("stts", 0, 0, () -> out.uint32(0));
        boxes.fullBox("stsc", 0, 0, () -> out.uint32(0));
        boxes.fullBox("stsz", 0, 0, () -> out.uint32(0).uint32(0));
        boxes.fullBox("stco", 0, 0, () -> out.uint32(0));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
