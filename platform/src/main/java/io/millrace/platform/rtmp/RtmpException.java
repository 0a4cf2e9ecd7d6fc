package io.millrace.platform.rtmp;

import java.io.IOException;

/** A failure of a publish to another server, with one line for the user. */
public final class RtmpException extends IOException {
    public RtmpException(String message) {
        super(message);
    }

    public RtmpException(String message, Throwable cause) {
        super(message, cause);
    }
}
