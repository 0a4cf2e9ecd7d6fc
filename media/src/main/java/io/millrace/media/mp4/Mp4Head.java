package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.Codec;
import io.millrace.media.isobmff.BoxHeader;
import io.millrace.media.isobmff.BoxWriter;
import io.millrace.media.isobmff.HeaderBoxes;
import io.millrace.media.time.Ticks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes everything before the media data of an MP4 file (ISO/IEC 14496-12). The index comes first so that players can
 * start before they have the whole file:
 *
 * <pre>
 * ftyp
 * moov  mvhd
 *       trak  tkhd  [edts elst]
 *             mdia  mdhd  [elng]  hdlr
 *                   minf  vmhd | smhd
 *                         dinf dref url
 *                         stbl  stsd stts [ctts] [stss] stsz stsc stco | co64
 * mdat  (only its header)
 * </pre>
 *
 * <p>The movie starts with the first presented frame. Edit lists skip the time that composition offsets add before it and
 * the delay of an audio encoder, and delay tracks that start later. Movie times are in ms. Fields have 64 bits where 32 do not suffice.
 */
public final class Mp4Head {
    /** Ticks per second of the movie, as in RTMP and FLV. */
    private static final int MOVIE_TIMESCALE = Ticks.MILLIS;
    private static final Instant EPOCH_1904 = Instant.parse("1904-01-01T00:00:00Z");
    private static final long LARGEST_UINT32 = 0xFFFF_FFFFL;
    private static final int NORMAL_RATE = 0x1_0000;

    private final List<Mp4TrackWriter> tracks;
    private final long dataBytes;
    private final long createdS;
    private final long startMs;

    private Mp4Head(List<Mp4TrackWriter> tracks, long dataBytes, Instant created) {
        this.tracks = tracks;
        this.dataBytes = dataBytes;
        this.createdS = Math.max(0, Duration.between(EPOCH_1904, created).toSeconds());
        this.startMs = tracks.stream().mapToLong(Mp4Head::startMs).min().orElse(0);
    }

    /**
     * Returns the bytes to put before {@code dataBytes} of media data.
     *
     * @param tracks in output order; tracks without samples are omitted. This call ends the tracks
     * @param created start time of the recording
     */
    public static ByteBuffer write(List<Mp4TrackWriter> tracks, long dataBytes, Instant created) {
        List<Mp4TrackWriter> written = tracks.stream().filter(track -> !track.isEmpty()).toList();
        written.forEach(Mp4TrackWriter::end);
        Mp4Head head = new Mp4Head(written, dataBytes, created);
        int sizeBytes = head.bytes(0, false).remaining();
        long lastChunk = written.stream().mapToLong(Mp4TrackWriter::lastChunkOffset).max().orElse(0);
        boolean large = lastChunk + sizeBytes > LARGEST_UINT32;
        if (large) {
            sizeBytes = head.bytes(0, true).remaining();
        }
        return head.bytes(sizeBytes, large);
    }

    private ByteBuffer bytes(long dataOffset, boolean large) {
        BoxWriter boxes = new BoxWriter();
        ByteWriter out = boxes.out();
        boxes.box("ftyp", () -> brands().forEach(brand -> out.bytes(brand)));
        boxes.box("moov", () -> {
            movieHeader(boxes);
            for (int i = 0; i < tracks.size(); i++) {
                track(tracks.get(i), i + 1, boxes, dataOffset, large);
            }
        });
        byte[] mdat = "mdat".getBytes(StandardCharsets.ISO_8859_1);
        if (dataBytes + BoxHeader.MIN_BYTES <= LARGEST_UINT32) {
            out.uint32(dataBytes + BoxHeader.MIN_BYTES).bytes(mdat);
        } else {
            out.uint32(1).bytes(mdat).int64(dataBytes + BoxHeader.MAX_BYTES);
        }
        return out.view();
    }

    /** Returns major brand, minor version and compatible brands. Negative composition offsets require iso4. */
    private List<byte[]> brands() {
        List<String> names = new ArrayList<>(List.of("isom", "\0\0\2\0", "isom"));
        if (tracks.stream().anyMatch(Mp4TrackWriter::hasNegativeCompositions)) {
            names.add("iso4");
        }
        names.add("iso2");
        if (has(Codec.AVC)) {
            names.add("avc1");
        }
        if (has(Codec.AV1)) {
            names.add("av01");
        }
        names.add("mp41");
        return names.stream().map(name -> name.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    private boolean has(Codec codec) {
        return tracks.stream().anyMatch(track -> track.entry().config().codec() == codec);
    }

    private void movieHeader(BoxWriter boxes) {
        long durationMs = tracks.stream().mapToLong(track -> emptyMs(track) + shownMs(track)).max().orElse(0);
        HeaderBoxes.movie(boxes, createdS, MOVIE_TIMESCALE, durationMs, tracks.size() + 1);
    }

    private void track(Mp4TrackWriter track, int id, BoxWriter boxes, long dataOffset, boolean large) {
        boxes.box("trak", () -> {
            HeaderBoxes.track(boxes, createdS, id, emptyMs(track) + shownMs(track), track.entry(), track.role());
            if (emptyMs(track) != 0 || track.editTicks() != 0) {
                boxes.box("edts", () -> editList(track, boxes));
            }
            HeaderBoxes.media(boxes, createdS, track.timescale(), track.mediaTicks(),
                    track.entry().config().codec().isVideo(), track.role(),
                    () -> track.write(boxes, dataOffset, large));
        });
    }

    private void editList(Mp4TrackWriter track, BoxWriter boxes) {
        ByteWriter out = boxes.out();
        long emptyMs = emptyMs(track);
        int version = BoxWriter.versionFor(emptyMs, shownMs(track), track.editTicks());
        boxes.fullBox("elst", version, 0, () -> {
            out.uint32(emptyMs == 0 ? 1 : 2);
            if (emptyMs != 0) {
                boxes.wide(version, emptyMs);
                boxes.wide(version, -1);
                out.uint32(NORMAL_RATE);
            }
            boxes.wide(version, shownMs(track));
            boxes.wide(version, track.editTicks());
            out.uint32(NORMAL_RATE);
        });
    }

    /** Returns the delay of the track's start relative to the movie. */
    private long emptyMs(Mp4TrackWriter track) {
        return startMs(track) - startMs;
    }

    /** Rounds to nearest, because ticks were computed from ms and may have been rounded down. */
    private static long startMs(Mp4TrackWriter track) {
        return (Ticks.rescale(2 * track.startTicks(), track.timescale(), MOVIE_TIMESCALE) + 1) / 2;
    }

    /** Rounds up, because an edit that ends too early cuts off the last frame. */
    private static long shownMs(Mp4TrackWriter track) {
        return -Ticks.rescale(-track.shownTicks(), track.timescale(), MOVIE_TIMESCALE);
    }
}
