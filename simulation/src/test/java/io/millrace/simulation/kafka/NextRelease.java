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

    /** Returns the record as the next release writes it. */
    public static byte[] written(byte[] value) {
        byte[] other = value.clone();
        for (int at = FINGERPRINT_AT; at < FINGERPRINT_AT + FINGERPRINT_BYTES; at++) {
            other[at] = (byte) ~other[at];
        }
        return other;
    }

    /** Returns the record as the next release reads it, whichever release wrote it. */
    public static byte[] read(byte[] value) {
        return value != null && LogCodec.unknownSchema(value).isPresent() ? written(value) : value;
    }
}
