package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteWriter;
import java.nio.charset.StandardCharsets;

/** Writes the headers of a movie and of its tracks (ISO/IEC 14496-12, 8.2 to 8.4, 8.7). Stateless. */
public final class HeaderBoxes {
    private static final int UNITY = 0x1_0000;
    private static final int[] MATRIX = {UNITY, 0, 0, 0, UNITY, 0, 0, 0, 0x4000_0000};
    /** The track is part of the movie and of its preview. */
    private static final int TRACK_FLAGS = 6;
    private static final int ENABLED = 1;

    private HeaderBoxes() {}

    /**
     * Writes mvhd.
     *
     * @param createdS seconds since 1904; 0 if unknown
     * @param duration in ticks of {@code timescale}; 0 if it is not known yet
     */
    public static void movie(BoxWriter boxes, long createdS, int timescale, long duration, int nextTrackId) {
        ByteWriter out = boxes.out();
        int version = BoxWriter.versionFor(createdS, duration);
        boxes.fullBox("mvhd", version, 0, () -> {
            boxes.wide(version, createdS);
            boxes.wide(version, createdS);
            out.uint32(timescale);
            boxes.wide(version, duration);
            out.uint32(UNITY).uint16(0x0100).fill(0, 10);
            matrix(out);
            out.fill(0, 24).uint32(nextTrackId);
        });
    }

    /**
     * Writes tkhd.
     *
     * @param duration in ticks of the movie
     */
    public static void track(BoxWriter boxes, long createdS, int id, long duration, SampleEntry entry,
            TrackRole role) {
        ByteWriter out = boxes.out();
        int version = BoxWriter.versionFor(createdS, duration);
        boxes.fullBox("tkhd", version, TRACK_FLAGS | (role.enabled() ? ENABLED : 0), () -> {
            boxes.wide(version, createdS);
            boxes.wide(version, createdS);
            out.uint32(id).uint32(0);
            boxes.wide(version, duration);
            // No layer; audio has full volume.
            out.fill(0, 8).uint16(0).uint16(role.alternateGroup()).uint16(entry.config().codec().isVideo() ? 0 : 0x0100)
                    .uint16(0);
            matrix(out);
            out.uint32(entry.displayWidth()).uint32((long) entry.size().height() << 16);
        });
    }

    /**
     * Writes mdia.
     *
     * @param duration in ticks of {@code timescale}
     * @param role its language, and its name, which players read in hdlr
     * @param sampleTable writes stbl
     */
    public static void media(BoxWriter boxes, long createdS, int timescale, long duration, boolean video,
            TrackRole role, Runnable sampleTable) {
        boxes.box("mdia", () -> inMedia(boxes, createdS, timescale, duration, video, role, sampleTable));
    }

    private static void inMedia(BoxWriter boxes, long createdS, int timescale, long duration, boolean video,
            TrackRole role, Runnable sampleTable) {
        ByteWriter out = boxes.out();
        int version = BoxWriter.versionFor(createdS, duration);
        boxes.fullBox("mdhd", version, 0, () -> {
            boxes.wide(version, createdS);
            boxes.wide(version, createdS);
            out.uint32(timescale);
            boxes.wide(version, duration);
            out.uint16(LanguageBoxes.code(role.language())).uint16(0);
        });
        LanguageBoxes.extended(boxes, role.language());
        String handler = video ? "\0\0\0\0vide" : "\0\0\0\0soun";
        String name = !role.name().isEmpty() ? role.name() : video ? "Video" : "Audio";
        boxes.fullBox("hdlr", 0, 0, () -> out.bytes(handler.getBytes(StandardCharsets.ISO_8859_1)).fill(0, 12)
                .bytes(LanguageBoxes.text(name + '\0')));
        boxes.box("minf", () -> {
            if (video) {
                boxes.fullBox("vmhd", 0, 1, () -> out.fill(0, 8));
            } else {
                boxes.fullBox("smhd", 0, 0, () -> out.fill(0, 4));
            }
            // Flag 1: the media data is in this file.
            boxes.box("dinf", () -> boxes.fullBox("dref", 0, 0, () -> {
                out.uint32(1);
                boxes.fullBox("url ", 0, 1, () -> {});
            }));
            sampleTable.run();
        });
    }

    private static void matrix(ByteWriter out) {
        for (int value : MATRIX) {
            out.uint32(value);
        }
    }
}
