package io.millrace.tools.export;

import io.millrace.media.codec.AudioConfig;
import io.millrace.media.codec.VideoConfig;
import io.millrace.media.isobmff.SampleEntry;
import java.nio.ByteBuffer;

/** Finds the sample entry of frames, and keeps it as long as they have the same. Confined to one thread. */
final class EntryFinder {
    private SampleEntry picture;
    private SampleEntry sound;

    /**
     * Returns the sample entry of a video frame.
     *
     * @param key whether the frame is a key frame: only those may change the size, and only they contain that of VP9
     */
    SampleEntry of(VideoConfig config, boolean key, ByteBuffer frame) {
        if (key || picture == null || !picture.config().equals(config)) {
            picture = SampleEntry.of(config, frame);
        }
        return picture;
    }

    /** Returns the sample entry of audio. */
    SampleEntry of(AudioConfig config) {
        if (sound == null || !sound.config().equals(config)) {
            sound = SampleEntry.of(config);
        }
        return sound;
    }
}
