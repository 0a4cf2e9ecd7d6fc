package io.millrace.edge.view;

import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import java.util.Optional;

/**
 * The names of a rendition and of its files in media URLs: {@code ts/43.ts}, {@code video0/43.m4s},
 * the part {@code video0/43.2.m4s}, {@code audio1/init-0.mp4}. An init section is named by the discontinuity number of
 * its segments, since a configuration changes only with a discontinuity. Pure; immutable.
 *
 * @param rendition the rendition
 */
public record RenditionFiles(RenditionId rendition) {
    /** The name of the media playlist. */
    public static final String PLAYLIST = "index.m3u8";
    /** The name of the media playlist of keyframes, which only video in CMAF has. */
    public static final String IFRAMES = "iframes.m3u8";
    private static final String TS = "ts";
    private static final String INIT = "init-";
    private static final String INIT_SUFFIX = ".mp4";
    /** No segment has as many parts. */
    private static final long PART_LIMIT = 99_999;

    /** Returns the rendition with this name; empty if the name is not one. */
    public static Optional<RenditionFiles> parse(String name) {
        if (name.equals(TS)) {
            return Optional.of(new RenditionFiles(RenditionId.TS));
        }
        return TrackId.parse(name).map(RenditionId::cmaf).map(RenditionFiles::new);
    }

    /** Returns the name of the rendition. */
    public String name() {
        return switch (rendition.format()) {
            case TS -> TS;
            case CMAF -> rendition.tracks().getFirst().label();
        };
    }

    /** Returns the name of a segment's file. */
    public String segment(long number) {
        return segment(Long.toString(number));
    }

    /** Returns the name of a segment's file with {@code number}, which may be a placeholder. */
    String segment(String number) {
        return number + suffix();
    }

    /** Returns the name of a part's file. Only renditions in CMAF have such files. */
    public String part(long segment, int part) {
        return segment + "." + part + suffix();
    }

    /** Returns the segment and part numbers of the part with this file; empty if the name is not that of a part. */
    public Optional<Front> partOf(String file) {
        String name = hasInit() && file.endsWith(suffix()) ? file.substring(0, file.length() - suffix().length()) : "";
        int dot = name.indexOf('.');
        long segment = dot < 0 ? -1 : EpochName.number(name.substring(0, dot));
        long part = dot < 0 ? -1 : EpochName.number(name.substring(dot + 1));
        return segment < 0 || part < 0 || part > PART_LIMIT
                ? Optional.empty()
                : Optional.of(new Front(segment, (int) part));
    }

    /** Returns the number of the segment with this file; -1 if the name is not that of a segment. */
    public long segmentOf(String file) {
        return number(file, "", suffix());
    }

    private String suffix() {
        return switch (rendition.format()) {
            case TS -> ".ts";
            case CMAF -> ".m4s";
        };
    }

    /** Returns whether the rendition has a playlist of keyframes. */
    public boolean hasIframes() {
        return rendition.format() == Format.CMAF && rendition.tracks().getFirst().kind() == Packet.Kind.VIDEO;
    }

    /** Returns whether the segments need an init section. */
    public boolean hasInit() {
        return rendition.format() == Format.CMAF;
    }

    /** Returns the name of an init section's file. */
    public String init(long discontinuity) {
        return INIT + discontinuity + INIT_SUFFIX;
    }

    /** Returns the discontinuity number of the init section with this file; -1 if the name is not that of one. */
    public long initOf(String file) {
        return hasInit() ? number(file, INIT, INIT_SUFFIX) : -1;
    }

    private static long number(String file, String prefix, String suffix) {
        return file.startsWith(prefix) && file.endsWith(suffix) && file.length() > prefix.length() + suffix.length()
                ? EpochName.number(file.substring(prefix.length(), file.length() - suffix.length()))
                : -1;
    }

    /** Returns the Content-Type of segments and init sections. */
    public String contentType() {
        return switch (rendition.format()) {
            case TS -> "video/mp2t";
            case CMAF -> rendition.tracks().getFirst().kind() == Packet.Kind.AUDIO ? "audio/mp4" : "video/mp4";
        };
    }
}
