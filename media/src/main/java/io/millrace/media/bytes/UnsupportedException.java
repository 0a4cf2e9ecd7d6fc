package io.millrace.media.bytes;

/** The input is valid but uses a feature that is not supported. */
public final class UnsupportedException extends MediaException {
    /**
     * @param seen the value of the field
     * @param supported the values that are supported, for the message
     */
    public UnsupportedException(String structure, String field, Object seen, String supported) {
        super(structure, field, "is " + seen + ", supported: " + supported);
    }

    @Override
    public String reason() {
        return "unsupported";
    }
}
