package io.millrace.media.bytes;

/** The input exceeds a named limit. Thrown before memory is allocated. */
public final class OverLimitException extends MediaException {
    /**
     * @param seen the value of the field, or the number that it leads to
     * @param limit greatest value that is accepted
     */
    public OverLimitException(String structure, String field, long seen, long limit) {
        super(structure, field, "is " + seen + ", the limit is " + limit);
    }

    @Override
    public String reason() {
        return "over_limit";
    }
}
