package io.millrace.tools.past;

import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;

/** Parses the tag of a {@link io.millrace.platform.timeline.TagEvent.Config}. */
public final class SequenceHeader {
    private SequenceHeader() {}

    public static CodecConfig config(FlvTag tag) {
        if (tag.type() == FlvTag.Type.VIDEO
                && VideoTagBody.parse(tag.body()) instanceof VideoTagBody.Config(var codec, ByteBuffer record)) {
            return CodecConfig.parse(codec, record);
        }
        if (tag.type() == FlvTag.Type.AUDIO
                && AudioTagBody.parse(tag.body()) instanceof AudioTagBody.Config(var codec, ByteBuffer record)) {
            return CodecConfig.parse(codec, record);
        }
        throw new IllegalArgumentException("not a sequence header: " + tag);
    }
}
