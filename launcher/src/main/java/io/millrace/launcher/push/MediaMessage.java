package io.millrace.launcher.push;

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
public record MediaMessage(Kind kind, long timestampMs, boolean config, ByteBuffer body) {
    /** What the body is. */
    public enum Kind {
        AUDIO, VIDEO, DATA
    }

    MediaMessage at(long newTimestampMs) {
        return new MediaMessage(kind, newTimestampMs, config, body);
    }
}
