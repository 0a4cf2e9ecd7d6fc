package io.millrace.edge.view;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.RenditionId;
import java.util.Map;

/**
 * The part of one epoch that viewers may see, as of one position in the index.
 *
 * <p>Immutable.
 *
 * @param renditions the renditions of which the index has records
 * @param ended whether the view is final
 * @param newestKeyframe entry of the newest part that begins with a keyframe of the default track whose packet is
 *     known, where a reader of packets may start; null if there is none
 * @param tracksKnown whether the epoch's tracks and target durations are known. The index does not have them, and may be
 *     read before the directory
 * @param parts the playlists with parts of the renditions in CMAF; null before the epoch's tracks are known and all of
 *     these renditions list a segment
 */
public record EpochView(Map<RenditionId, RenditionView> renditions, boolean ended, IndexEntry newestKeyframe,
        boolean tracksKnown, PartsView parts) {
    public EpochView {
        renditions = Map.copyOf(renditions);
    }

    /** Returns the view of a rendition, without a segment if the index has no record of it. */
    public RenditionView of(RenditionId rendition) {
        RenditionView known = renditions.get(rendition);
        return known == null ? RenditionView.empty(ended) : known;
    }

    /** Returns whether a rendition has a playlist. */
    public boolean isListed() {
        return renditions.values().stream().anyMatch(RenditionView::isListed);
    }

    /**
     * Returns whether the playlist of a rendition can be shown. In CMAF it has parts, which begin when all renditions in
     * CMAF list a segment, and its text follows from the tracks, even after the epoch has ended.
     */
    public boolean isShowable(RenditionId rendition) {
        return rendition.format() == Format.TS || ended
                ? of(rendition).isListed() && (tracksKnown || rendition.format() == Format.TS)
                : hasParts(rendition);
    }

    /** Returns whether nothing can become showable any more. */
    public boolean isFinal() {
        return ended && tracksKnown;
    }

    /** Returns whether a rendition has a playlist with parts. MPEG-TS never has. */
    public boolean hasParts(RenditionId rendition) {
        return parts != null && parts.isListed(rendition);
    }
}
