package io.millrace.platform.rtmp;

import java.io.IOException;

/** What went wrong with a server that we publish to, in one line for people. */
public final class RtmpException extends IOException {
    public RtmpException(String message) {
        super(message);
    }

    public RtmpException(String message, Throwable cause) {
        super(message, cause);
    }
}
