package io.millrace.platform.log;

import io.millrace.media.codec.Codec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lists renditions: MPEG-TS of the default tracks, and CMAF of each track, as far as the format is among those of the
 * epoch and carries the tracks' codecs. Stateless.
 */
public final class Renditions {
    private Renditions() {}

    /** Returns the renditions of a segment. */
    public static List<RenditionId> of(Cut.SegmentHead head) {
        return of(head.rules(), head.tracks());
    }

    /**
     * Returns the renditions of a segment or of an epoch.
     *
     * @param tracks those of the segment or epoch, in an order that determines that of CMAF renditions
     * @return each rendition once, in the order of the rules' formats; empty if no format carries a track
     */
    public static List<RenditionId> of(EpochRules rules, List<Track> tracks) {
        return rules.formats().stream().distinct().flatMap(format -> of(format, rules, tracks)).toList();
    }

    /**
     * Returns the rendition of which the index entries show readers where in the stream a moment is: that of the leading
     * track in the first format.
     *
     * @param tracks those of the epoch, the leading one first
     * @return empty if no format carries a track
     */
    public static Optional<RenditionId> leading(EpochRules rules, List<Track> tracks) {
        return of(rules, tracks).stream().findFirst();
    }

    /**
     * Returns the CMAF renditions of the tracks that a rendition of MPEG-TS has in a segment, from which it can be made;
     * empty for a CMAF rendition, and without CMAF among the formats of the epoch.
     */
    public static List<RenditionId> sources(RenditionId rendition, Cut.SegmentHead head) {
        if (rendition.format() != Format.TS || !head.rules().formats().contains(Format.CMAF)) {
            return List.of();
        }
        return head.tracks().stream().filter(track -> codec(rendition, head.rules(), track).isPresent())
                .map(track -> RenditionId.cmaf(track.trackId())).toList();
    }

    private static Stream<RenditionId> of(Format format, EpochRules rules, List<Track> tracks) {
        Stream<RenditionId> candidates = switch (format) {
            case TS -> Stream.of(RenditionId.TS);
            case CMAF -> tracks.stream().map(track -> RenditionId.cmaf(track.trackId()));
        };
        return candidates.distinct()
                .filter(id -> tracks.stream().anyMatch(track -> codec(id, rules, track).isPresent()));
    }

    /** Returns the codec of a track if the rendition has the track and its format carries the codec. */
    public static Optional<Codec> codec(RenditionId rendition, EpochRules rules, Track track) {
        return !rendition.has(track.kind(), track.id())
                ? Optional.empty()
                : Arrays.stream(Codec.values()).filter(codec -> codec.name().equals(track.codec())
                        && rules.carries(rendition.format(), codec)).findFirst();
    }
}
