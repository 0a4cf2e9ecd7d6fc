package io.millrace.media.bytes;

/** The bytes are legal and we do not support what they say. */
public final class UnsupportedException extends MediaException {
    public UnsupportedException(String structure, String field, Object seen, String supported) {
        super(structure, field, "is " + seen + ", supported is " + supported);
    }

    @Override
    public String reason() {
        return "unsupported";
    }
}
