package io.millrace.platform.log;

/**
 * A publisher's claim to a stream. Its offset in {@code packets} is the session's number. The claim with the greater
 * number wins, and takes over at its first packet.
 *
 * @param role currently always {@link Role#PRIMARY}
 * @param node id of the ingest node
 * @param client the encoder's name as it sends it (flashVer), at most 256 characters, or empty
 * @param address the encoder's address, {@code host:port}
 * @param startedAtMs wall clock of the ingest node at the claim, ms since 1970
 * @param rules rules of the epoch if this session begins one
 */
public record SessionStarted(Role role, String node, String client, String address, long startedAtMs,
        EpochRules rules) implements PacketsRecord {

    public enum Role { PRIMARY, BACKUP }
}
