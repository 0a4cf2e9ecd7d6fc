package io.millrace.edge.view;

import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.RenditionId;
import java.util.Map;

/**
 * What viewers may see of one epoch, as of one position in the index.
 *
 * <p>Immutable.
 *
 * @param renditions the renditions of which the index has records
 * @param ended whether the view is final
 * @param newestKeyframe entry of the newest part that begins with a keyframe of the default track whose packet is
 *     known, where a reader of packets may start; null if there is none
 * @param parts the playlists with parts of the renditions in CMAF; null before the epoch's tracks are known and all of
 *     these renditions list a segment
 */
public record EpochView(Map<RenditionId, RenditionView> renditions, boolean ended, IndexEntry newestKeyframe,
        PartsView parts) {
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

    /** Returns whether a rendition has a playlist with parts. MPEG-TS never has. */
    public boolean hasParts(RenditionId rendition) {
        return parts != null && parts.isListed(rendition);
    }
}
