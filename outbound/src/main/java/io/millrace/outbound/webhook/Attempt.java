package io.millrace.outbound.webhook;

import java.time.Duration;

/** The result of one request. Reasons contain neither the URL nor the response. */
sealed interface Attempt {

    /** The target has accepted the event. */
    record Accepted() implements Attempt {}

    /** The target will never accept the event. */
    record Rejected(int status, String reason) implements Attempt {}

    /**
     * The target cannot accept the event now.
     *
     * @param status 0 without a response
     * @param retryAfter how long the target asks to wait, zero if it does not
     */
    record Failed(int status, String reason, Duration retryAfter) implements Attempt {}
}
