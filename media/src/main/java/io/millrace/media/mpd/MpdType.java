package io.millrace.media.mpd;

/** Whether a presentation is live (ISO/IEC 23009-1, 5.3.1.2, MPD@type). Times are ms, absolute ones since 1970 UTC. */
public sealed interface MpdType {

    /**
     * A live presentation, of which players load updates.
     *
     * @param availabilityStartMs time to which the starts of periods are relative; never changes
     * @param publishMs time of this version of the MPD; differs between versions
     * @param updateMs how long a player may use this version
     * @param depthMs duration of the media before the present that is available, or {@link #WHOLE}
     * @param delayMs how far behind the present a player should play
     * @param clock from which players get the present time
     */
    record Dynamic(long availabilityStartMs, long publishMs, long updateMs, long depthMs, long delayMs,
            UtcTiming clock) implements MpdType {
        /** Value of {@code depthMs} for a presentation of which everything stays available. */
        public static final long WHOLE = 0;

        public Dynamic {
            if (updateMs <= 0 || depthMs < 0 || delayMs < 0) {
                throw new IllegalArgumentException(
                        "out of range: update " + updateMs + ", depth " + depthMs + ", delay " + delayMs);
            }
        }
    }

    /**
     * A presentation that has ended, or that was never live.
     *
     * @param duration90k end of the last period, 90 kHz
     */
    record Static(long duration90k) implements MpdType {
        public Static {
            if (duration90k < 0) {
                throw new IllegalArgumentException("duration90k is negative: " + duration90k);
            }
        }
    }
}
