package io.millrace.media.bytes;

/**
 * The peer's bytes are at fault. It ends one connection (or one session's muxing) and nothing else; a bug of ours is
 * never reported by it.
 *
 * <p>Immutable. {@link #structure()} and {@link #field()} name the place as the standard does.
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

    /** The structure that was being read, such as {@code AVCDecoderConfigurationRecord}. */
    public String structure() {
        return structure;
    }

    /** The field of it, such as {@code lengthSizeMinusOne}. */
    public String field() {
        return field;
    }

    /** A word for metrics: {@code malformed}, {@code unsupported} or {@code over_limit}. */
    public abstract String reason();
}
