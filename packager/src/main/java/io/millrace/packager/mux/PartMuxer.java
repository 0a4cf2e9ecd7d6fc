package io.millrace.packager.mux;

import io.millrace.platform.log.Cut;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Muxes the parts of one segment of one rendition in one format. Called with the parts in order, from the first one.
 * Confined to one thread; unusable after an exception.
 */
sealed interface PartMuxer permits TsPartMuxer, CmafPartMuxer {
    /**
     * A sample of the rendition and its frame.
     *
     * @param frame an access unit as in {@link io.millrace.media.remux.TrackMedia.AccessUnit}
     * @param arrivalUs arrival of its packet at ingest, µs since 1970
     */
    record Frame(Cut.Sample sample, ByteBuffer frame, long arrivalUs) {}

    /**
     * Returns the part that {@code cut} bounds.
     *
     * @param frames the rendition's samples of the cut, in the cut's order
     * @throws io.millrace.media.bytes.MediaException if a frame cannot be muxed
     */
    MuxedPart mux(Cut cut, List<Frame> frames);

    /** Returns the number of frames so far that are in the cuts but that the format cannot carry. */
    int droppedFrames();

    /** Whether the parts so far contain nothing that a player could play. */
    boolean isEmpty();
}
