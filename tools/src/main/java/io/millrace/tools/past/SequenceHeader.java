package io.millrace.tools.past;

import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.remux.BodyReader;
import io.millrace.media.remux.TrackMedia;

/** Parses the codec configuration in the tag of a {@link io.millrace.platform.timeline.TagEvent.Config}. */
public final class SequenceHeader {
    private SequenceHeader() {}

    /**
     * Returns the configuration.
     *
     * @throws IllegalArgumentException if {@code tag} is not a sequence header
     * @throws io.millrace.media.bytes.MediaException if the configuration cannot be read
     */
    public static CodecConfig config(FlvTag tag) {
        if (BodyReader.tag(tag) instanceof TrackMedia.Configuration(_, var codec, var record)) {
            return CodecConfig.parse(codec, record);
        }
        throw new IllegalArgumentException("not a sequence header: " + tag);
    }
}
