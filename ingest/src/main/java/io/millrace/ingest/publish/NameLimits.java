package io.millrace.ingest.publish;

/**
 * Limits of the directory's entries. A new name takes one entry, and so does each publish of a known name after its
 * grace period. Immutable.
 *
 * @param perAddress new entries from one IPv4 address or IPv6 /64 on one node: this many at once, and as many again
 *        every five minutes
 * @param perNode the same limit for all addresses together
 * @param all entries of the directory up to which new names are accepted; known names are accepted up to twice as many.
 *        One address may have a quarter of {@code all}
 */
public record NameLimits(int perAddress, int perNode, int all) {
    /** One address may have one in this many of the directory's entries. */
    private static final int SHARES = 4;

    /** Each entry takes 6 KB of memory on every edge: 20,000 entries take 120 MB. */
    public static final NameLimits DEFAULT = new NameLimits(250, 1_000, 20_000);

    /** @throws IllegalArgumentException if a limit is less than 1 */
    public NameLimits {
        if (perAddress < 1 || perNode < 1 || all < 1) {
            throw new IllegalArgumentException("names: a limit cannot be less than 1");
        }
    }

    /** Returns the number of directory entries that one address may have. */
    int share() {
        return Math.max(1, all / SHARES);
    }
}
