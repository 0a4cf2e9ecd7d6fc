package io.millrace.edge.http;

import java.util.concurrent.TimeUnit;

/**
 * Limits the frames of HTTP/2 other than HEADERS, which cost the server work and the client nothing: PING and SETTINGS,
 * each of which is acknowledged, PRIORITY, RST_STREAM, empty DATA and unknown types. A client needs them in proportion
 * to what it receives: it returns flow-control credit by WINDOW_UPDATE. In each window of {@link #WINDOW_NANOS}, a
 * client may send {@code frames}, and one more for each {@link #BYTES_PER_FRAME} that it was sent.
 *
 * <p>Pure: time is an argument, in ns of a monotonic clock. Confined to one thread.
 */
final class FrameQuota {
    /** Length of a window. */
    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** A client that returns credit for each DATA frame, on the stream and on the connection, sends two for 16 KiB. */
    static final int BYTES_PER_FRAME = 4 * 1024;

    private final int frames;
    private long sinceNanos;
    private long sentBefore;
    private long counted;

    /** @param frames frames that a client may send per window in any case */
    FrameQuota(int frames, long nowNanos) {
        this.frames = frames;
        sinceNanos = nowNanos;
    }

    /**
     * Counts a frame, and returns whether it is within the limit.
     *
     * @param sentBytes number of bytes that the server has sent on this connection so far
     */
    boolean permits(long nowNanos, long sentBytes) {
        if (nowNanos - sinceNanos >= WINDOW_NANOS) {
            sinceNanos = nowNanos;
            sentBefore = sentBytes;
            counted = 0;
        }
        counted++;
        return counted <= frames + (sentBytes - sentBefore) / BYTES_PER_FRAME;
    }
}
