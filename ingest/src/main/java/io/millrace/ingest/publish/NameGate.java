package io.millrace.ingest.publish;

import io.millrace.ingest.session.KnownNames;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.net.PeerNetwork;
import java.util.Optional;

/**
 * Decides by {@link NameLimits} whether the directory may have one more entry: for a new name, for a known name that is
 * published again after its grace period, or for a session whose tracks differ from those of the stream. Thread-safe.
 */
final class NameGate {
    /**
     * Known names may use this many times as many entries as new names: a publisher that fills the directory with new
     * names does not keep known names from being published again.
     */
    private static final int FOR_KNOWN_NAMES = 2;

    private final KnownNames known;
    private NameLimits limits;
    private NameQuota quota;

    NameGate(NameLimits limits, KnownNames known, long nowMs) {
        this.limits = limits;
        this.known = known;
        this.quota = new NameQuota(limits, nowMs);
    }

    /** Changes the limits. What was counted of new names is forgotten. */
    synchronized void limit(NameLimits changed, long nowMs) {
        if (!changed.equals(limits)) {
            limits = changed;
            quota = new NameQuota(changed, nowMs);
        }
    }

    /**
     * Decides about a session that joins {@code stream}. Returns empty without counting if the session continues the
     * running epoch, because its tracks are the same. Otherwise the session begins an epoch: counts one more entry
     * unless a limit is reached.
     *
     * @param address {@code host:port} of the encoder
     * @return why the session is refused, for the encoder's user; empty if it is accepted
     */
    synchronized Optional<String> refusal(String stream, String address, TrackSet tracks, long nowMs) {
        return known.isRunningWith(stream, tracks)
                ? Optional.empty()
                : count("streams", "keep the tracks of the running stream, or ", forKnownNames(), address, nowMs);
    }

    /**
     * Counts one more entry for {@code stream}, which is neither published nor within its grace period, unless a limit
     * is reached.
     *
     * @param address {@code host:port} of the encoder
     * @return why the name is refused, for the encoder's user; empty if it is accepted
     */
    synchronized Optional<String> refusal(String stream, String address, long nowMs) {
        return known.has(stream)
                ? count("streams", "", forKnownNames(), address, nowMs)
                : count("stream names", "publish under a name that was used before, or ", limits.all(), address, nowMs);
    }

    private long forKnownNames() {
        return (long) FOR_KNOWN_NAMES * limits.all();
    }

    /**
     * @param what plural noun for the counted things, for the encoder's user
     * @param instead what the user can do immediately, with "or" at the end; empty for nothing
     * @param most entries that the directory may have
     */
    private Optional<String> count(String what, String instead, long most, String address, long nowMs) {
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
