package io.millrace.platform.log;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Adds a cue to the running epoch, or ends a date range of it: a value of {@code packets}, so that it has a place among
 * the packets of the stream. Void without a running epoch. No session writes it, and it belongs to none.
 *
 * @param name identifies the cue among the newest ones of the epoch; a repetition is void
 * @param ends whether the newest range with this name that has no end yet ends here; void if there is none
 * @param atMs PROGRAM-DATE-TIME of the cue, ms since 1970; {@link Cue#UNKNOWN} for that of the newest media before this
 *     record, which also replaces an earlier time
 * @param durationMs duration; {@link Cue#UNKNOWN} for a range that another request ends. 0 for an instant
 * @param plannedMs planned duration; {@link Cue#UNKNOWN} without one
 * @param attributes further attributes
 * @param requestedAtMs when the operator requested it, by the clock of the node that wrote it, ms since 1970
 */
public record CueRequest(String name, boolean ends, long atMs, long durationMs, long plannedMs,
        List<Cue.Attribute> attributes, long requestedAtMs) implements PacketsRecord {
    /** Limit of a name. */
    public static final int NAME_LIMIT = 64;
    /** Limit of a duration: a day. */
    public static final long DURATION_LIMIT_MS = 24 * 60 * 60_000L;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + NAME_LIMIT + "}");

    public CueRequest {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("id must be 1 to " + NAME_LIMIT + " letters, digits and . _ -");
        }
        check("duration", durationMs);
        check("planned-duration", plannedMs);
        attributes = Cue.checked(attributes);
    }

    private static void check(String field, long ms) {
        if (ms < Cue.UNKNOWN || ms > DURATION_LIMIT_MS) {
            throw new IllegalArgumentException(
                    field + " must be between 0 and " + DURATION_LIMIT_MS / 1_000 + " seconds");
        }
    }
}
