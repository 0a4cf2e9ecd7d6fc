package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.ServerSession.State;
import java.time.Duration;
import java.util.Optional;

/**
 * Detects that a connection has waited for too long. Checked once per second, so a limit may be exceeded by one second.
 * Confined to the event loop.
 */
final class Watchdog {
    /** How long input is discarded after a refusal, so that no TCP reset overtakes the refusal. */
    static final int DRAIN_SECONDS = 1;

    private final ConnectionLimits limits;
    private State state = State.HANDSHAKE;
    /** How long the session has been in {@code state}, in seconds. */
    private int inState;
    /** Seconds since the last byte arrived, as far as the connection was read. */
    private int silent;
    /** How long the peer has read nothing, in seconds. */
    private int blocked;

    Watchdog(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** Called when bytes have arrived. */
    void bytesReceived() {
        silent = 0;
    }

    /**
     * Called once per second.
     *
     * @param reading whether the connection reads from the peer
     * @param moves false if bytes are waiting and the peer has read none of them since the last call
     * @return the reason to close the connection, or empty
     */
    Optional<CloseReason> tick(State now, boolean reading, boolean moves) {
        inState = now == state ? inState + 1 : 0;
        state = now;
        silent = reading ? silent + 1 : 0;
        blocked = moves ? 0 : blocked + 1;
        if (blocked > seconds(limits.blocked())) {
            return Optional.of(CloseReason.BLOCKED);
        }
        return switch (now) {
            case HANDSHAKE -> after(inState >= seconds(limits.handshake()), CloseReason.HANDSHAKE_TIMEOUT);
            case AWAITING_CONNECT -> after(inState >= seconds(limits.connect()), CloseReason.CONNECT_TIMEOUT);
            case CONNECTED -> after(inState >= seconds(limits.publish()), CloseReason.PUBLISH_TIMEOUT);
            case ANSWERING -> Optional.empty(); // the application's time, not the peer's
            case PLAYING -> Optional.empty(); // a player has nothing to say
            case PUBLISHING -> after(silent > seconds(limits.idle()), CloseReason.IDLE);
            case DRAINING -> after(inState >= DRAIN_SECONDS, CloseReason.REFUSED);
        };
    }

    private static long seconds(Duration limit) {
        return limit.plusMillis(999).toSeconds();
    }

    private static Optional<CloseReason> after(boolean over, CloseReason reason) {
        return over ? Optional.of(reason) : Optional.empty();
    }
}
