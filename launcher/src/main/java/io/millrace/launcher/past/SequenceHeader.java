package io.millrace.launcher.past;

import io.millrace.media.codec.CodecConfig;
import io.millrace.media.flv.AudioTagBody;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import java.nio.ByteBuffer;

/** What the tag of a {@link io.millrace.edge.live.FlvEvent.Config} says. */
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
        throw new IllegalArgumentException("no sequence header: " + tag);
    }
}
