package io.millrace.media.rtmp;

import io.millrace.media.amf.AmfValue;
import java.nio.ByteBuffer;

/**
 * How much of a stream a player asked for, and where that much of it ends. By media time, so that the group of pictures that
 * a player gets at once counts as well. Confined to one thread.
 */
public final class PlayDuration {
    /** Nothing is asked for: the play ends with the stream. */
    public static final long UNLIMITED = Long.MAX_VALUE;
    /** What librtmp says for "live" is ms; the specification says -2 and -1, in seconds. */
    private static final double LIBRTMP_START = -1_000;
    private static final double MILLIS = 1_000;

    private final long durationMs;
    private boolean begun;
    private int firstMs;

    public PlayDuration(long durationMs) {
        this.durationMs = durationMs;
    }

    /**
     * The duration of a {@code play} command in ms. RTMP 1.0, 7.2.2.1 has seconds; librtmp (rtmpdump {@code -B}) sends ms,
     * and is known by its start of -1000 or less.
     *
     * @return {@link #UNLIMITED} for none, 0 and what is negative or no number
     */
    static long millis(AmfValue start, AmfValue duration) {
        if (!(duration instanceof AmfValue.Number(double value)) || !(value > 0)) {
            return UNLIMITED;
        }
        boolean isMillis = start instanceof AmfValue.Number(double from) && from <= LIBRTMP_START;
        return Math.max(1, (long) (isMillis ? value : value * MILLIS));
    }

    /**
     * How many bytes of {@code run} lie before the end; less than it has if the play ends here.
     *
     * @param run whole messages of {@link PlayChunks}; its position stays
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
