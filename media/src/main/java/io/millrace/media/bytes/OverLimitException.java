package io.millrace.media.bytes;

/** The bytes ask for more than a named limit allows. Thrown before memory is taken. */
public final class OverLimitException extends MediaException {
    public OverLimitException(String structure, String field, long seen, long limit) {
        super(structure, field, "is " + seen + ", the limit is " + limit);
    }

    @Override
    public String reason() {
        return "over_limit";
    }
}
