package io.millrace.ingest.publish;

/**
 * How many stream names there may be that nobody has used before. A name that the directory knows, or that somebody
 * publishes, is not new. Immutable.
 *
 * @param perAddress new names of one IPv4 address or IPv6 /64: so many at once, and as many again in five minutes
 * @param perNode the same of all addresses together
 * @param all names in the directory; one address has a quarter of them at most
 */
public record NameLimits(int perAddress, int perNode, int all) {
    /** The part of the directory that is for one address. */
    private static final int SHARES = 4;

    /** Each name takes 6 KB of every edge's memory: 20,000 are 120 MB. */
    public static final NameLimits DEFAULT = new NameLimits(250, 1_000, 20_000);

    /** @throws IllegalArgumentException saying which limit makes no sense */
    public NameLimits {
        if (perAddress < 1 || perNode < 1 || all < 1) {
            throw new IllegalArgumentException("names: a limit cannot be less than 1");
        }
    }

    /** Names in the directory that may have come from one address. */
    int share() {
        return Math.max(1, all / SHARES);
    }
}
