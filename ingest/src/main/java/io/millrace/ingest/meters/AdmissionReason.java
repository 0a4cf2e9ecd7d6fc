package io.millrace.ingest.meters;

import java.util.Locale;

/**
 * Why a publisher that the policy allows is refused, which is also the value of the meter tag {@code reason}. The same
 * meter counts the refusals of the policy.
 */
public enum AdmissionReason {
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

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
