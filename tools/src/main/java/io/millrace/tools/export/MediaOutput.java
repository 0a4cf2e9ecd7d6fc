package io.millrace.tools.export;

import io.millrace.platform.timeline.TagEvent;
import java.time.Instant;

/** Writes frames unchanged to one file format. Confined to one thread. */
sealed interface MediaOutput permits FlvOutput, FrameOutput {
    /**
     * Takes a sequence header that applies from the next frame of its track on. The first ones precede the first frame.
     */
    void config(TagEvent.Config header);

    /** Writes a frame. */
    void frame(TagEvent.Frame frame);

    /**
     * Completes the file after the last frame.
     *
     * @param began arrival time of the first frame
     */
    void finish(Instant began);

    /** Number of frames that the file format cannot carry. */
    default int droppedFrames() {
        return 0;
    }
}
