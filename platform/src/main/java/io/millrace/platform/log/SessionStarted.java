package io.millrace.platform.log;

/**
 * A publisher's claim to a stream. Its offset in {@code packets} is the session's number. The claim with the greater
 * number wins, and takes over at its first packet.
 *
 * @param role currently always {@link Role#PRIMARY}
 * @param encoder the publisher
 * @param startedAtMs wall clock of the ingest node at the claim, ms since 1970
 * @param rules rules of the epoch if this session begins one
 */
public record SessionStarted(Role role, Encoder encoder, long startedAtMs, EpochRules rules) implements PacketsRecord {

    public enum Role { PRIMARY, BACKUP }
}
