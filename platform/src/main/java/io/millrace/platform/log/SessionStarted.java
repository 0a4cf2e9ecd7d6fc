package io.millrace.platform.log;

/**
 * The claim of a publisher to a stream. Its offset in {@code packets} is the session's number; the greater number wins,
 * and takes over at its first packet.
 *
 * @param role always {@link Role#PRIMARY} today
 * @param node the ingest node's id
 * @param client what the encoder calls itself (flashVer), at most 256 characters, or empty
 * @param address the encoder's address, {@code host:port}
 * @param startedAtMs wall clock of the ingest node at the claim, ms since 1970
 * @param rules what rules the epoch if this session begins one
 */
public record SessionStarted(Role role, String node, String client, String address, long startedAtMs,
        EpochRules rules) implements PacketsRecord {

    public enum Role { PRIMARY, BACKUP }
}
