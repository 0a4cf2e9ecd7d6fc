package io.millrace.ingest.policy;

import io.millrace.media.StreamName;
import java.util.Locale;

/** What becomes of a request to publish. */
public sealed interface Decision {
    /**
     * @param stream the name under which viewers know it; not the asked one where that was a key
     */
    record Allowed(StreamName stream) implements Decision {}

    /** @param description for the encoder's user; names neither keys nor what would have been right */
    record Refused(Reason reason, String description) implements Decision {}

    /** Why not: the tag {@code reason} of a meter. */
    enum Reason {
        /** Neither a key nor a signature where one is needed. */
        NO_CREDENTIALS,
        /** A key that no line of the file has. */
        UNKNOWN_KEY,
        /** A key of another stream than the one that the URL names. */
        OTHER_STREAM, BAD_SIGNATURE, EXPIRED,
        /** The hook said no. */
        HOOK_REFUSED,
        /** The hook did not answer, or not in its form, or was asked too much, and that means no. */
        HOOK_FAILED,
        /** Whoever it is: the log has no room. */
        DISK_FULL,
        /** The name is new, and there are or come too many. */
        TOO_MANY_NAMES;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
