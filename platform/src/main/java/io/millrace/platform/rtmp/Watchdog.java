package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.ServerSession.State;
import java.util.Optional;

/**
 * Says when a connection has waited for too long. Asked once a second, so a limit may be overrun by one.
 *
 * <p>Confined to the event loop.
 */
final class Watchdog {
    static final int HANDSHAKE_SECONDS = 5;
    static final int CONNECT_SECONDS = 5;
    static final int PUBLISH_SECONDS = 10;
    static final int IDLE_SECONDS = 15;
    static final int BLOCKED_SECONDS = 10;
    /** For how long input is thrown away after a refusal, so that no TCP reset overtakes it. */
    static final int DRAIN_SECONDS = 1;

    private State state = State.HANDSHAKE;
    private int inState;
    private int silent;
    private int blocked;

    /** Bytes came. */
    void heard() {
        silent = 0;
    }

    /**
     * One second went by.
     *
     * @param reading false while we do not want to hear anything
     * @param writable false while the peer does not read
     * @return why the connection has to be closed, if it has
     */
    Optional<CloseReason> tick(State now, boolean reading, boolean writable) {
        inState = now == state ? inState + 1 : 0;
        state = now;
        silent = reading ? silent + 1 : 0;
        blocked = writable ? 0 : blocked + 1;
        if (blocked > BLOCKED_SECONDS) {
            return Optional.of(CloseReason.BLOCKED);
        }
        return switch (now) {
            case HANDSHAKE -> after(inState >= HANDSHAKE_SECONDS, CloseReason.HANDSHAKE_TIMEOUT);
            case AWAITING_CONNECT -> after(inState >= CONNECT_SECONDS, CloseReason.CONNECT_TIMEOUT);
            case CONNECTED -> after(inState >= PUBLISH_SECONDS, CloseReason.PUBLISH_TIMEOUT);
            case ANSWERING -> Optional.empty(); // the application's time, not the peer's
            case PUBLISHING -> after(silent > IDLE_SECONDS, CloseReason.IDLE);
            case DRAINING -> after(inState >= DRAIN_SECONDS, CloseReason.REFUSED);
        };
    }

    private static Optional<CloseReason> after(boolean over, CloseReason reason) {
        return over ? Optional.of(reason) : Optional.empty();
    }
}
