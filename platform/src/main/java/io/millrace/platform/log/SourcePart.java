package io.millrace.platform.log;

/**
 * A CMAF part from which a part of MPEG-TS is made. It has the identity of the part that is made from it, and belongs to
 * the rendition of its track.
 *
 * @param place where the part is; never that of a derived part
 */
public record SourcePart(TrackId track, PartPlace place) {
    /** Returns the rendition of the part. */
    public RenditionId rendition() {
        return RenditionId.cmaf(track);
    }
}
