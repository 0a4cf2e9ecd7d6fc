package io.millrace.media.m3u8;

/**
 * EXT-X-SERVER-CONTROL (RFC 8216bis, 4.4.3.8) and EXT-X-PART-INF (4.4.3.7) of a playlist that a client may request in
 * advance (CAN-BLOCK-RELOAD=YES). They are the same in all versions of the playlist. Immutable; all times at 90 kHz.
 *
 * @param skipUntilTicks CAN-SKIP-UNTIL: a delta update contains at least this much of the end; 0 if there are no deltas
 * @param holdBackTicks HOLD-BACK: how far from the end players stay that do not use parts
 * @param partHoldBackTicks PART-HOLD-BACK: how far from the end players stay that use parts
 * @param partTargetTicks PART-TARGET: upper bound of the durations of parts
 */
public record ServerControl(long skipUntilTicks, long holdBackTicks, long partHoldBackTicks, long partTargetTicks) {
    /** PART-HOLD-BACK as a multiple of PART-TARGET; RFC 8216bis requires two, Apple recommends three. */
    private static final int HELD_BACK_PARTS = 3;
    /** HOLD-BACK as a multiple of the target duration (RFC 8216bis, 4.4.3.8). */
    private static final int HELD_BACK_TARGET_DURATIONS = 3;
    /** CAN-SKIP-UNTIL as a multiple of the target duration (RFC 8216bis, 4.4.3.8). */
    private static final int KEPT_TARGET_DURATIONS = 6;

    /**
     * Returns the least values that the standard allows.
     *
     * @param windowTicks duration of the playlist: there are deltas if it is long enough that they omit anything
     */
    public static ServerControl of(long targetDurationTicks, long partTargetTicks, long windowTicks) {
        long keptTicks = KEPT_TARGET_DURATIONS * targetDurationTicks;
        return new ServerControl(windowTicks > keptTicks ? keptTicks : 0,
                HELD_BACK_TARGET_DURATIONS * targetDurationTicks, HELD_BACK_PARTS * partTargetTicks, partTargetTicks);
    }

    public ServerControl {
        if (partTargetTicks < 1 || skipUntilTicks < 0 || holdBackTicks < 0 || partHoldBackTicks < 0) {
            throw new IllegalArgumentException("out of range: part target " + partTargetTicks + ", skip until "
                    + skipUntilTicks + ", hold back " + holdBackTicks + ", of parts " + partHoldBackTicks);
        }
    }
}
