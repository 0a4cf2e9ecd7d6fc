package io.millrace.ingest.publish;

import io.millrace.ingest.session.KnownNames;
import io.millrace.platform.net.PeerNetwork;
import java.util.Optional;

/** Whether a name that nobody has used before may be used, by {@link NameLimits}. Thread-safe. */
final class NameGate {
    private static final String INSTEAD = "publish under a name that was used before, or ";

    private final NameLimits limits;
    private final KnownNames known;
    private final NameQuota quota;

    NameGate(NameLimits limits, KnownNames known, long nowMs) {
        this.limits = limits;
        this.known = known;
        this.quota = new NameQuota(limits, nowMs);
    }

    /**
     * Counts a name that is new unless the directory has it.
     *
     * @param address {@code host:port} of the encoder
     * @return why it may not be used, for the encoder's user; empty if it may
     */
    synchronized Optional<String> refusal(String stream, String address, long nowMs) {
        if (known.has(stream)) {
            return Optional.empty();
        }
        if (known.size() >= limits.all()) {
            return Optional.of("The server has " + limits.all() + " stream names, as many as it may; " + INSTEAD
                    + "ask its operator to raise --rtmp-limits names");
        }
        String network = PeerNetwork.ofEndpoint(address);
        if (known.sizeOf(network) >= limits.share()) {
            return Optional.of("Your address has " + limits.share() + " stream names here, as many as it may; "
                    + INSTEAD + "ask the server's operator to raise --rtmp-limits names");
        }
        return switch (quota.take(network, nowMs)) {
            case TAKEN -> Optional.empty();
            case ADDRESS -> Optional.of("Too many new stream names from your address; " + INSTEAD
                    + "try again in a few minutes");
            case NODE -> Optional.of("Too many new stream names on this server; " + INSTEAD
                    + "try again in a few minutes");
        };
    }
}
