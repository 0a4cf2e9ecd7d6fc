package io.millrace.platform.access;

import io.millrace.media.StreamName;
import java.util.Locale;

/** The decision about a request to publish. */
public sealed interface Decision {
    /**
     * The publish is allowed.
     *
     * @param stream the name under which viewers find the stream; differs from the requested name if that was a key, or
     *        if the hook has renamed the stream
     */
    record Allowed(StreamName stream) implements Decision {}

    /**
     * The publish is refused.
     *
     * @param description text for the encoder's user; contains no key and no hint at a valid one
     */
    record Refused(Reason reason, String description) implements Decision {}

    /** Why a publish is refused, which is also the value of the meter tag {@code reason}. */
    enum Reason {
        /** A key or a signature is required, and the encoder sent neither. */
        NO_CREDENTIALS,
        /** The key is not in the file. */
        UNKNOWN_KEY,
        /** The key does not belong to the stream in the URL. */
        OTHER_STREAM, BAD_SIGNATURE, EXPIRED,
        /** The hook refused. */
        HOOK_REFUSED,
        /**
         * The hook did not answer, answered incorrectly or had too many requests waiting, and the settings refuse the
         * publish in this case.
         */
        HOOK_FAILED,
        /** The log's disk is nearly full. */
        DISK_FULL,
        /** The stream needs an entry in the directory, which has too many, or too many new ones. */
        TOO_MANY_NAMES,
        /** Too many publishers of the name have sent nothing yet. */
        TOO_MANY_CLAIMS,
        /** Kafka acknowledges too slowly for another publisher. */
        OVERLOADED,
        /** The clock of this machine differs too much from the brokers' clock. */
        WRONG_CLOCK;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
