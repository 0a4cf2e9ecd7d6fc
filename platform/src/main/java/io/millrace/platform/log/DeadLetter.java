package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * Reports an event that a webhook has not delivered and will not try to deliver again. A value of {@code dead-letters},
 * keyed by the stream. There may be several with the same event, because the webhook may have been stopped between the
 * letter and its next position.
 *
 * @param webhook name of the webhook
 * @param place where the event is in {@code events}
 * @param status HTTP status of the last response, 0 without one
 * @param reason why the event was not delivered, for people; contains neither the URL nor the response
 * @param attempts number of attempts by the process that wrote this record
 * @param atMs when the webhook gave up, ms since 1970
 * @param event the encoded {@link StreamEvent}
 */
public record DeadLetter(String webhook, Place place, int status, String reason, int attempts, long atMs,
        ByteBuffer event) implements LogRecord {

    /** A place in {@code events}. */
    public record Place(int partition, long offset) {}
}
