package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * States that a dead letter is to be sent again, or that its target has accepted it after all. A value of {@code
 * dead-letters}, keyed by the stream. A later {@link DeadLetter} of the same event states that it was given up again.
 *
 * @param webhook name of the webhook
 * @param place where the event is or was in {@code events}
 * @param atMs when it was requested or accepted, ms since 1970
 * @param event the encoded {@link StreamEvent}, so that it can be sent after it has expired in {@code events}
 */
public record Redelivery(String webhook, DeadLetter.Place place, State state, long atMs,
        ByteBuffer event) implements LogRecord {

    /** What the record states. */
    public enum State {
        /** An operator has requested it; the owner of the webhook's partition sends the event. */
        REQUESTED,
        /** The target has accepted the event. */
        ACCEPTED
    }
}
