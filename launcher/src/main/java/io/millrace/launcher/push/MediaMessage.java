package io.millrace.launcher.push;

import io.millrace.media.rtmp.MediaKind;
import java.nio.ByteBuffer;

/**
 * One message for a publish session.
 *
 * <p>Immutable as long as nobody writes to the body.
 *
 * @param timestampMs decoding time
 * @param config whether it is a sequence header and not media
 * @param body an FLV tag body; for data the name and value, without {@code @setDataFrame}
 */
record MediaMessage(MediaKind kind, long timestampMs, boolean config, ByteBuffer body) {
    MediaMessage at(long newTimestampMs) {
        return new MediaMessage(kind, newTimestampMs, config, body);
    }
}
