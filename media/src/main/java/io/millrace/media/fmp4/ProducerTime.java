package io.millrace.media.fmp4;

/**
 * When the media at a time was received (the {@code prft} box, ISO/IEC 14496-12, 8.16.5). Immutable.
 *
 * @param unixUs microseconds since 1970, UTC
 * @param mediaTicks decoding time of the media in ticks of its track
 */
public record ProducerTime(long unixUs, long mediaTicks) {
    private static final long US = 1_000_000;
    private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;

    /** Returns the time as NTP writes it: seconds since 1900 and their fraction, 32 bits each. */
    long ntp() {
        long seconds = Math.floorDiv(unixUs, US) + SECONDS_1900_TO_1970;
        return seconds << 32 | (Math.floorMod(unixUs, US) << 32) / US;
    }
}
