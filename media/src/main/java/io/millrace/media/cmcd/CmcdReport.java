package io.millrace.media.cmcd;

/**
 * One report of a player, as far as it says what the viewer experiences; all other keys are ignored. Immutable.
 *
 * @param session {@code sid}: identifies the playback session; null if the player sends none
 * @param content {@code cid}: identifies the played media; null if the player sends none
 * @param state {@code sta}, of version 2; null if the player does not send it
 */
public record CmcdReport(String session, String content, State state, Measures measures, Starvation starvation) {
    /** The value of a measure that the player does not send. */
    public static final long UNKNOWN = -1;

    /** The state of the player (CTA-5004-A, {@code sta}), as far as it matters here. */
    public enum State {
        /** The player waits for media after it had begun to play. */
        REBUFFERING,
        /** The session is over: the content has ended, the viewer has left, or playback has failed. */
        OVER,
        /** Any other state. */
        OTHER
    }

    /**
     * The measured values; {@link #UNKNOWN} where the player sends none.
     *
     * @param startDelayMs {@code msd}: from the wish to play until the first picture
     * @param latencyMs {@code ltc}: how far playback is behind the live encoder
     * @param bitrateKbps {@code br}: encoded bitrate of the requested or played media, the greatest of several values
     * @param bufferMs {@code bl}: media that is buffered, the least of several values
     */
    public record Measures(long startDelayMs, long latencyMs, long bitrateKbps, long bufferMs) {
        public static final Measures NONE = new Measures(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
    }

    /**
     * The player's report of stalls.
     *
     * @param now {@code bs}: the buffer has run empty since the previous report
     * @param count {@code bsa}: how often the buffer has run empty since the session began; {@link #UNKNOWN} if the player does not count
     */
    public record Starvation(boolean now, long count) {}
}
