package io.millrace.ingest.publish;

import io.millrace.ingest.session.KnownNames;
import io.millrace.platform.net.PeerNetwork;
import java.util.Optional;

/**
 * Decides by {@link NameLimits} whether the directory may have one more entry: for a name that is new, or for a known
 * name that is published again after its grace period. Thread-safe.
 */
final class NameGate {
    private static final String INSTEAD = "publish under a name that was used before, or ";
    /**
     * Known names may use this many times the entries that new names may use: a publisher that fills the directory with
     * new names does not keep known names from being published again.
     */
    private static final int FOR_KNOWN_NAMES = 2;

    private final NameLimits limits;
    private final KnownNames known;
    private final NameQuota quota;

    NameGate(NameLimits limits, KnownNames known, long nowMs) {
        this.limits = limits;
        this.known = known;
        this.quota = new NameQuota(limits, nowMs);
    }

    /**
     * Counts one more entry, unless a limit is reached.
     *
     * @param address {@code host:port} of the encoder
     * @return why the name is refused, for the encoder's user; empty if it is accepted
     */
    synchronized Optional<String> refusal(String stream, String address, long nowMs) {
        boolean isKnown = known.has(stream);
        String instead = isKnown ? "" : INSTEAD;
        String what = isKnown ? "streams" : "stream names";
        long most = isKnown ? (long) FOR_KNOWN_NAMES * limits.all() : limits.all();
        if (known.entries() >= most) {
            return Optional.of("The server has " + most + " " + what + ", as many as it may; " + instead
                    + "ask its operator to raise --rtmp-limits names");
        }
        String network = PeerNetwork.ofEndpoint(address);
        if (known.entriesOf(network) >= limits.share()) {
            return Optional.of("Your address has " + limits.share() + " " + what + " here, as many as it may; "
                    + instead + "ask the server's operator to raise --rtmp-limits names");
        }
        return switch (quota.take(network, nowMs)) {
            case TAKEN -> Optional.empty();
            case ADDRESS -> Optional.of("Too many new " + what + " from your address; " + instead
                    + "try again in a few minutes");
            case NODE -> Optional.of("Too many new " + what + " on this server; " + instead
                    + "try again in a few minutes");
        };
    }
}
