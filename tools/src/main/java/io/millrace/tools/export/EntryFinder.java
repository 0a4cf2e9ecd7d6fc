package io.millrace.tools.export;

import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.SampleEntry;
import java.nio.ByteBuffer;

/** Finds the sample entry of video frames, whose size may be in key frames only. Confined to one thread. */
final class EntryFinder {
    private SampleEntry entry;

    /**
     * Returns the sample entry of a frame.
     *
     * @param key whether the frame is a key frame, which may change the size
     */
    SampleEntry of(VideoConfig config, boolean key, ByteBuffer frame) {
        if (key || entry == null || !entry.config().equals(config)) {
            entry = SampleEntry.of(config, frame);
        }
        return entry;
    }
}
