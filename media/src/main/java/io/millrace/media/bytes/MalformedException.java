package io.millrace.media.bytes;

/** The input violates the standard. */
public final class MalformedException extends MediaException {
    public MalformedException(String structure, String field, String message) {
        super(structure, field, message);
    }

    /** Returns the exception for a field with a value that the standard does not allow. */
    public static MalformedException value(String structure, String field, Object seen, String allowed) {
        return new MalformedException(structure, field, "is " + seen + ", expected " + allowed);
    }

    /** Returns the exception for a structure that ends before its last field. */
    public static MalformedException truncated(String structure, String field, int wantedBytes, int leftBytes) {
        return new MalformedException(structure, field, "needs " + wantedBytes + " bytes, " + leftBytes + " remain");
    }

    @Override
    public String reason() {
        return "malformed";
    }
}
