package io.millrace.launcher.export;

import io.millrace.media.flv.FlvTag;
import java.time.Instant;

/** One kind of file that frames are written to as they are. Confined to one thread. */
sealed interface Output permits FlvOutput, FrameOutput {
    /** A sequence header that holds from the next frame of its track on; the first ones come before the first frame. */
    void config(FlvTag header);

    /**
     * @param entry whether decoding may start here
     */
    void frame(FlvTag frame, boolean entry);

    /**
     * All frames have come.
     *
     * @param began when the first one was recorded
     */
    void finish(Instant began);

    /** Frames that this kind of file cannot carry. */
    default int droppedFrames() {
        return 0;
    }
}
