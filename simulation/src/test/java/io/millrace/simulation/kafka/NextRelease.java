package io.millrace.simulation.kafka;

import io.millrace.platform.log.LogCodec;

/**
 * What the next release writes once it is final: records of this release under schemas that this release does not know.
 */
public final class NextRelease {
    /** After the marker of Avro's single-object encoding. */
    private static final int FINGERPRINT_AT = 2;
    private static final int FINGERPRINT_BYTES = 8;

    private NextRelease() {}

    /** Returns the record as the next release writes it; null for a tombstone. */
    public static byte[] written(byte[] value) {
        if (value == null) {
            return null;
        }
        byte[] other = value.clone();
        for (int at = FINGERPRINT_AT; at < FINGERPRINT_AT + FINGERPRINT_BYTES; at++) {
            other[at] = (byte) ~other[at];
        }
        return other;
    }

    /** Returns whether only the next release can read the record. */
    public static boolean isOnly(byte[] value) {
        return value != null && LogCodec.unknownSchema(value).isPresent();
    }

    /** Returns the record as the next release reads it, whichever release wrote it. */
    public static byte[] read(byte[] value) {
        return isOnly(value) ? written(value) : value;
    }
}
