package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import java.nio.ByteBuffer;

/**
 * Limits a play to the duration that the player asked for. The duration is measured in media time, so the GOP that a
 * player receives at once counts too. Confined to one thread.
 */
public final class PlayDuration {
    /** No limit: the play ends with the stream. */
    public static final long UNLIMITED = Long.MAX_VALUE;
    /** {@code start} of a live play from librtmp, in ms. The specification uses -2 and -1, in seconds. */
    private static final double LIBRTMP_START = -1_000;
    private static final double MILLIS = 1_000;

    private final long durationMs;
    private boolean begun;
    /** Timestamp of the first audio or video message; valid once {@code begun}. */
    private int firstMs;

    /** @param durationMs the limit, or {@link #UNLIMITED} */
    public PlayDuration(long durationMs) {
        this.durationMs = durationMs;
    }

    /**
     * Returns the duration of a {@code play} command in ms. RTMP 1.0, 7.2.2.1 specifies seconds; librtmp (rtmpdump
     * {@code -B}) sends ms and is recognized by a start of -1000 or less.
     *
     * @return {@link #UNLIMITED} if the duration is absent, not a number, 0 or negative
     */
    static long millis(AmfValue start, AmfValue duration) {
        if (!(duration instanceof AmfValue.Number(double value)) || !(value > 0)) {
            return UNLIMITED;
        }
        boolean isMillis = start instanceof AmfValue.Number(double from) && from <= LIBRTMP_START;
        return Math.max(1, (long) (isMillis ? value : value * MILLIS));
    }

    /**
     * Returns how many bytes at the start of {@code run} are within the duration. If that is less than {@code run}
     * contains, the play ends there. To be called with all messages of the play, in order.
     *
     * @param run whole messages of {@link PlayChunks}; its position does not change
     */
    public int within(ByteBuffer run) {
        int at = run.position();
        while (durationMs != UNLIMITED && at < run.limit()) {
            if (PlayChunks.isMedia(run, at)) {
                int timestampMs = PlayChunks.timestampMs(run, at);
                firstMs = begun ? firstMs : timestampMs;
                begun = true;
                if (timestampMs - firstMs >= durationMs) {
                    return at - run.position();
                }
            }
            at += PlayChunks.sizeBytes(run, at);
        }
        return run.remaining();
    }
}
