package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;

/**
 * Bytes and commands that a peer may send before it publishes media or plays. A peer that has used up its budget is
 * disconnected; a peer whose accepted publish or play has ended gets a new one. Confined to one thread.
 */
final class RequestBudget {
    private final RtmpLimits limits;
    /** Bytes that the connection had received when the budget was last restored. */
    private long sinceBytes;
    private int commands;
    private boolean mediaSeen;

    RequestBudget(RtmpLimits limits) {
        this.limits = limits;
    }

    /**
     * Gives the peer a new budget.
     *
     * @param received bytes that the connection has received so far
     */
    void restore(long received) {
        sinceBytes = received;
        commands = 0;
        mediaSeen = false;
    }

    /** Stops counting commands until {@link #restore}. */
    void mediaSeen() {
        mediaSeen = true;
    }

    /** @throws OverLimitException if the peer has sent too much for the state that its connection is still in */
    void checkBytes(ServerSession.State state, long received) {
        switch (state) {
            case AWAITING_CONNECT -> within("bytesBeforeConnect", received, limits.beforeMedia().connectBytes());
            case CONNECTED, ANSWERING ->
                within("bytesBeforePublish", received - sinceBytes, limits.beforeMedia().publishBytes());
            case HANDSHAKE, PUBLISHING, PLAYING, DRAINING -> {
            }
        }
    }

    /**
     * Counts one command.
     *
     * @throws OverLimitException if the peer has sent too many commands
     */
    void command() {
        if (!mediaSeen) {
            within("commandsBeforeMedia", ++commands, limits.beforeMedia().commands());
        }
    }

    private static void within(String field, long seen, long limit) {
        if (seen > limit) {
            throw new OverLimitException("session", field, seen, limit);
        }
    }
}
