package io.millrace.platform.log;

/**
 * A publisher's claim to a stream. The claim's generation and its offset in {@code packets} form the session's number.
 * The claim with the greater number wins, and takes over with its {@link SessionTracks} or, before version 5 of the
 * rules, with its first packet.
 *
 * @param role currently always {@link Role#PRIMARY}
 * @param encoder the publisher
 * @param startedAtMs wall clock of the ingest node at the claim, ms since 1970
 * @param rules rules of the epoch if this session begins one
 * @param generation how many times the log has lost records of this stream. Sessions of a later generation have greater
 *     numbers than those of earlier ones, although the log assigns the same offsets again
 */
public record SessionStarted(Role role, Encoder encoder, long startedAtMs, EpochRules rules,
        int generation) implements PacketsRecord {
    /** The number of a session has the offset of its claim in its lower bits, and the generation above them. */
    private static final int OFFSET_BITS = 40;
    /** With at most 53 bits, session numbers are exact in JavaScript. */
    private static final int GENERATIONS = 1 << 13;

    /** @throws IllegalArgumentException if the generation is not from 0 to 8191 */
    public SessionStarted {
        if (generation < 0 || generation >= GENERATIONS) {
            throw new IllegalArgumentException("generation " + generation + " is not from 0 to " + (GENERATIONS - 1));
        }
    }

    /** Creates a claim of generation 0. */
    public SessionStarted(Role role, Encoder encoder, long startedAtMs, EpochRules rules) {
        this(role, encoder, startedAtMs, rules, 0);
    }

    /** Returns the session's number, given the offset of this claim in {@code packets}. */
    public long number(long offset) {
        return number(generation, offset);
    }

    /** Returns the number of a session whose claim has this generation and offset. */
    public static long number(int generation, long offset) {
        return ((long) generation << OFFSET_BITS) + offset;
    }

    /** Returns the generation of a session, or of an epoch; 0 for -1, which stands for none. */
    public static int generation(long session) {
        return session < 0 ? 0 : (int) (session >> OFFSET_BITS);
    }

    /** Returns the offset in {@code packets} of a session's claim. */
    public static long offset(long session) {
        return session & (1L << OFFSET_BITS) - 1;
    }

    public enum Role { PRIMARY, BACKUP }
}
