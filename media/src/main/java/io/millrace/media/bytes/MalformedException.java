package io.millrace.media.bytes;

/** The bytes break the standard. */
public final class MalformedException extends MediaException {
    public MalformedException(String structure, String field, String message) {
        super(structure, field, message);
    }

    /** For a field that holds a value which the standard does not allow. */
    public static MalformedException value(String structure, String field, Object seen, String allowed) {
        return new MalformedException(structure, field, "is " + seen + ", allowed is " + allowed);
    }

    /** For a structure that ends before its last field. */
    public static MalformedException truncated(String structure, String field, int wantedBytes, int leftBytes) {
        return new MalformedException(structure, field, "wants " + wantedBytes + " bytes, " + leftBytes + " are left");
    }

    @Override
    public String reason() {
        return "malformed";
    }
}
