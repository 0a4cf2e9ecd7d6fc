package io.millrace.tools.push;

import io.millrace.media.rtmp.MediaKind;
import java.nio.ByteBuffer;

/**
 * One message of a publish session. Immutable as long as nobody writes to the body.
 *
 * @param timestampMs decoding time
 * @param config whether the message is a sequence header and not media
 * @param body an FLV tag body; for data, name and value without {@code @setDataFrame}
 */
public record MediaMessage(MediaKind kind, long timestampMs, boolean config, ByteBuffer body) {
    MediaMessage at(long newTimestampMs) {
        return new MediaMessage(kind, newTimestampMs, config, body);
    }
}
