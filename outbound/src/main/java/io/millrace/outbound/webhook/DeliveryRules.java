package io.millrace.outbound.webhook;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Decides what a response means, how long to wait before the next attempt, and when to give up. Pure. */
final class DeliveryRules {
    /** How long an event is held for a target that does not accept it. Less than events are retained. */
    static final Duration HOLD = Duration.ofHours(6);
    /**
     * How long a process tries before it gives up an old event: after a long outage of this process, its targets may
     * need a moment, too.
     */
    static final Duration FEWEST = Duration.ofMinutes(10);
    static final Duration FIRST_WAIT = Duration.ofMillis(500);
    static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_EARLY = 425;
    private static final int TOO_MANY_REQUESTS = 429;

    private DeliveryRules() {}

    /**
     * Returns the meaning of a response.
     *
     * @param retryAfter the header, RFC 9110, section 10.2.3
     */
    static Attempt of(int status, Optional<String> retryAfter, Instant now) {
        String reason = "status " + status;
        if (status >= 200 && status < 300) {
            return new Attempt.Accepted();
        }
        boolean isTemporary = status == REQUEST_TIMEOUT || status == TOO_EARLY || status == TOO_MANY_REQUESTS
                || status >= 500;
        return isTemporary
                ? new Attempt.Failed(status, reason, retryAfter.map(value -> wait(value, now)).orElse(Duration.ZERO))
                : new Attempt.Rejected(status, reason);
    }

    private static Duration wait(String retryAfter, Instant now) {
        try {
            return retryAfter.chars().allMatch(c -> c >= '0' && c <= '9') && !retryAfter.isEmpty()
                    ? Duration.ofSeconds(retryAfter.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(retryAfter))
                    : Duration.between(now,
                            ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
        } catch (DateTimeException | ArithmeticException _) {
            return Duration.ZERO;
        }
    }

    /**
     * Returns the time until the next attempt: doubled with each failure up to {@link #LONGEST_WAIT}, of which a random
     * half is waived so that targets are not called in step; at least what the target asks for, but no more than
     * {@link #HOLD}.
     *
     * @param failures number of failures of this event, from 1
     * @param random from 0 to 1
     */
    static Duration wait(int failures, double random, Attempt.Failed failed) {
        long doubledMs = FIRST_WAIT.toMillis() << Math.min(failures - 1, 20);
        long longestMs = Math.min(doubledMs, LONGEST_WAIT.toMillis());
        Duration wait = Duration.ofMillis((long) (longestMs * (1 - random / 2)));
        Duration asked = failed.retryAfter().compareTo(HOLD) > 0 ? HOLD : failed.retryAfter();
        return asked.compareTo(wait) > 0 ? asked : wait;
    }

    /**
     * Returns whether an event that the target does not accept is given up.
     *
     * @param age time since the event was appended to the log
     * @param failing for how long the target has accepted none of this process's events in the partition
     */
    static boolean isGivenUp(Duration age, Duration failing) {
        return age.compareTo(HOLD) >= 0 && failing.compareTo(FEWEST) >= 0;
    }
}
