package io.millrace.media.bytes;

/**
 * The input from a peer is invalid. The exception ends one connection (or the muxing of one session) and nothing else;
 * it never reports a bug in Millrace.
 *
 * <p>Immutable. {@link #structure()} and {@link #field()} name the location with the identifiers of the standard.
 */
public abstract sealed class MediaException extends RuntimeException
        permits MalformedException, UnsupportedException, OverLimitException {

    private final String structure;
    private final String field;

    MediaException(String structure, String field, String message) {
        super(structure + "." + field + ": " + message);
        this.structure = structure;
        this.field = field;
    }

    /** Returns the structure that was being read, such as {@code AVCDecoderConfigurationRecord}. */
    public String structure() {
        return structure;
    }

    /** Returns the field within the structure, such as {@code lengthSizeMinusOne}. */
    public String field() {
        return field;
    }

    /** Returns the reason as a metric label: {@code malformed}, {@code unsupported} or {@code over_limit}. */
    public abstract String reason();
}
